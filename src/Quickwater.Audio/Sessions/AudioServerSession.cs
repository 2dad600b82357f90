using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// One client of the audio protocol on the server's side: hello, then sound. Messages of its own stand between frames only, never within one.
/// </summary>
internal sealed class AudioServerSession : ISession, IListener, ISeated
{
    // Answers that may wait to be sent; with more, nothing is read until they are.
    private const int PongsMax = 8;

    private readonly AudioServer _server;
    private readonly ConnectionInfo _info;
    private readonly IMailbox _mailbox;
    private readonly AudioMessageReader _reader;
    private Queue<(Ping Ping, Instant Received)>? _pings; // once there was one
    private ConnectionWatch _watch;
    private SendWatch _sends;
    private Seat? _seat;
    private bool _entered; // in the books of all clients
    private bool _accepted;
    private bool _acceptDue;
    private bool _listDue;
    private bool _pingDue;
    private bool _pinged; // since the client was heard last
    private bool _drainTold;
    private bool _draining;
    private long _drainedAt; // the live edge when it was told to drain: a station that plays on moves its own away
    private bool _farewellDue;
    private bool _cut; // the last batch ended within a frame
    private int _left; // bytes that were offered and not taken
    private TimeSpan _burst;
    private uint _pingId;

    internal AudioServerSession(AudioServer server, ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        _server = server;
        _info = info;
        _mailbox = mailbox;
        _reader = new AudioMessageReader(server.Hub.Buffers, AudioWire.ClientBodyBytesMax);
        _watch = new ConnectionWatch(server.Options.Limits, now);
        _sends = new SendWatch(server.Options);
    }

    public Reason Ended { get; private set; }

    /// <summary>Bytes of a message that is not whole.</summary>
    internal int HeldBytes => _reader.HeldBytes;

    /// <summary>Whether its hello was accepted.</summary>
    internal bool IsAccepted => _accepted;

    public Instant Deadline
    {
        get
        {
            var due = _watch.Deadline;
            due = _accepted && !_pinged ? Instant.Earlier(due, _watch.PingAt) : due;
            return Instant.Earlier(due, _sends.Deadline(_seat));
        }
    }

    Station? IListener.Station => _seat?.Station;

    Subscription? IListener.Place => _seat?.Subscription;

    public string Agent { get; private set; } = "";

    public long Warm() => _left + _watch.PingAt.Ticks + _sends.Deadline(null).Ticks + (_seat?.Warm() ?? 0);

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var fresh = bytes.Length - _left; // what it left is offered again, and was counted
        var why = _watch.Received(fresh, now);
        if (why != Reason.None)
        {
            End(why);
            return ReceiveResult.Done(bytes.Length);
        }

        _pinged &= fresh == 0;
        _left = 0;
        var input = bytes;
        while (Ended == Reason.None && (_pings?.Count ?? 0) < PongsMax && !_listDue)
        {
            if (!_accepted && _reader.IsAtBoundary && input is [not (byte)AudioMessageType.Hello, ..])
            {
                End(Reason.WrongProtocol); // another protocol is told by its first byte, before a whole header is there
                return Taken(bytes.Length);
            }

            if (!_reader.Read(ref input, out var message))
            {
                if (_reader.Fault != Reason.None)
                {
                    End(_accepted ? _reader.Fault : Reason.WrongProtocol); // a first header that long is no hello
                }

                return Taken(bytes.Length);
            }

            why = Take(message, now);
            if (why != Reason.None)
            {
                End(why);
            }
        }

        if (Ended != Reason.None)
        {
            return Taken(bytes.Length);
        }

        _left = input.Length;
        return ReceiveResult.Paused(bytes.Length - _left);
    }

    public void PeerFinished(Instant now) => End(_reader.IsAtBoundary ? Reason.PeerClosed : Reason.TruncatedInput);

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (Ended == Reason.None && !_sends.TryBegin(batch, _watch, now))
        {
            return false;
        }

        var more = Write(batch, now);
        _sends.Began(batch, ref _watch, _seat, now);
        return more;
    }

    public void Sent(long bytes, Instant now) => _sends.Done();

    public void Tick(Instant now)
    {
        var why = _watch.Check(now);
        why = why == Reason.None ? _sends.Check(_seat, now) : why;
        if (why != Reason.None)
        {
            End(why);
        }
        else if (_accepted && !_pinged && now >= _watch.PingAt)
        {
            _pinged = _pingDue = true;
        }
    }

    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            _draining = true; // it ends behind what was published until now
            _drainedAt = _seat?.Subscription.LiveEdge ?? 0;
            if (_seat is null)
            {
                End(Reason.Drained);
            }
        }
        else if (command.Kind == CommandKind.Kick)
        {
            End(command.Reason);
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        _reader.Free();
        _seat?.EndsFor(Ended);
        _seat?.Dispose();
        if (_entered)
        {
            _entered = false;
            _server.Clients.Leave();
        }
    }

    void ISeated.Tell(SendBatch batch, in Notice notice) => AudioMessageWriter.Write(batch, notice);

    Reason ISeated.Configure(SendBatch batch, AudioFormat format, string title) => Reason.None; // its wire form has them

    // True when there is more than fitted.
    private bool Write(SendBatch batch, Instant now)
    {
        if (_cut && _seat is not null && !_seat.Subscription.Finish(batch))
        {
            return !batch.IsEmpty;
        }

        _cut = false;
        WriteAnswers(batch, now);
        if (Ended == Reason.None && _accepted && _seat is not null)
        {
            TellDrain(batch);
            var why = HasDrained(_seat) ? Reason.Drained : _seat.Fill(batch, this, now, out _cut);
            if (_cut)
            {
                return true;
            }

            if (why != Reason.None || _draining)
            {
                End(why != Reason.None ? why : Reason.Drained);
            }
        }

        if (_farewellDue)
        {
            _farewellDue = false;
            if (_accepted)
            {
                AudioMessageWriter.Write(batch, new Notice(NoticeKind.Closing, Ended));
            }
            else
            {
                AudioMessageWriter.Write(batch, new Refuse(Ended));
            }
        }

        return false;
    }

    private void WriteAnswers(SendBatch batch, Instant now)
    {
        if (_acceptDue)
        {
            _acceptDue = false;
            var lag = _seat?.Station.Options.LagMax ?? TimeSpan.Zero;
            AudioMessageWriter.Write(
                batch, new Accept((long)_info.Id, Microseconds(now), (int)_burst.TotalMilliseconds, (int)lag.TotalMilliseconds));
            if (_seat is { IsLive: false })
            {
                AudioMessageWriter.Write(batch, new Notice(NoticeKind.OffAir));
            }
        }

        while (_pings is { } pings && pings.TryDequeue(out var asked))
        {
            AudioMessageWriter.Write(
                batch, new Pong(asked.Ping.Id, asked.Ping.SentMicroseconds, Microseconds(asked.Received), Microseconds(now)));
        }

        if (_pingDue)
        {
            _pingDue = false;
            AudioMessageWriter.Write(batch, new Ping(++_pingId, Microseconds(now)));
        }

        if (_listDue)
        {
            _listDue = false;
            var entries = _server.Stations.All.Select(static station => station.ToEntry()).ToArray();
            for (var at = 0; at == 0 || at < entries.Length; at += StationList.StationsMax)
            {
                var part = new ArraySegment<StationEntry>(entries, at, Math.Min(StationList.StationsMax, entries.Length - at));
                AudioMessageWriter.Write(batch, new StationList(part, at + part.Count < entries.Length));
            }
        }
    }

    private bool HasDrained(Seat seat) => _draining && seat.Subscription.HasPassed(_drainedAt);

    private void TellDrain(SendBatch batch)
    {
        if (_draining && !_drainTold)
        {
            _drainTold = true;
            AudioMessageWriter.Write(batch, new Notice(NoticeKind.Draining, Reason.Drained));
        }
    }

    private Reason Take(in AudioMessage message, Instant now)
    {
        if (!_accepted)
        {
            return message.Type == AudioMessageType.Hello ? TakeHello(message.Body, now) : Reason.WrongProtocol;
        }

        switch (message.Type)
        {
            case AudioMessageType.Ping:
                if (!Ping.TryRead(message.Body, out var ping))
                {
                    return Reason.MalformedMessage;
                }

                _pings ??= new Queue<(Ping, Instant)>(PongsMax);
                _pings.Enqueue((ping, now));
                return Reason.None;
            case AudioMessageType.Pong:
                return Pong.TryRead(message.Body, out _) ? Reason.None : Reason.MalformedMessage;
            case AudioMessageType.List:
                _listDue = message.Body.IsEmpty;
                return _listDue ? Reason.None : Reason.MalformedMessage;
            default:
                return Reason.UnexpectedMessage;
        }
    }

    private Reason TakeHello(ReadOnlySpan<byte> body, Instant now)
    {
        var why = Hello.TryRead(body, out var hello);
        if (why != Reason.None)
        {
            return why;
        }

        Agent = hello.Agent;
        why = _draining ? Reason.Drained : _server.Clients.TryEnter();
        if (why != Reason.None)
        {
            return why;
        }

        _entered = true;
        if (hello.Station.Length > 0)
        {
            why = TakeSeat(hello, now);
            if (why != Reason.None)
            {
                return why;
            }
        }

        _watch.HandshakeDone(now);
        _accepted = _acceptDue = true;
        return Reason.None;
    }

    private Reason TakeSeat(in Hello hello, Instant now)
    {
        if (!_server.Stations.TryFind(hello.Station, out var station))
        {
            return Reason.StreamNotFound;
        }

        var wanted = TimeSpan.FromMilliseconds(hello.BurstMilliseconds);
        _burst = hello.BurstMilliseconds == Hello.DefaultBurst ? station.Options.Burst
            : wanted < station.Options.BurstMax ? wanted : station.Options.BurstMax;
        return Seat.TryTake(_server, station, AudioWireForm.Instance, _burst, _mailbox, now, out _seat);
    }

    private static ReceiveResult Taken(int bytes) => ReceiveResult.NeedMore(bytes);

    private static long Microseconds(Instant at) => at.Ticks / TimeSpan.TicksPerMicrosecond;

    // The peer is told why, unless it is the one who left.
    private void End(Reason why)
    {
        if (Ended != Reason.None)
        {
            return;
        }

        Ended = why;
        _seat?.EndsFor(why);
        _farewellDue = why is not (Reason.PeerClosed or Reason.TruncatedInput);
    }
}
