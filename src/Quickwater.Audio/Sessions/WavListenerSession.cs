using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// Sends one station as WAV: a header whose sizes are those of a stream, then samples and nothing else. WAV cannot say that audio is missing, nor that
/// another format begins: a listener that lags skips without a mark, and where the format changes its response ends. What it sends is ignored.
/// </summary>
internal sealed class WavListenerSession : ISession, IListener, ISeated
{
    private readonly WavListener _listener;
    private readonly IcyInterleaver? _titles;
    private readonly Seat? _seat;
    private ConnectionWatch _watch;
    private SendWatch _sends;
    private AudioFormat _format; // of the header, once that is sent
    private Instant _offAirUntil = Instant.Never;
    private bool _entered; // in the books of all clients
    private bool _draining;
    private long _drainedAt; // the live edge when it was told to drain: a station that plays on moves its own away
    private bool _cut; // the last batch ended within a frame

    internal WavListenerSession(WavListener listener, IMailbox mailbox, Instant now)
    {
        _listener = listener;
        _titles = listener.WantsTitles ? new IcyInterleaver() : null;

        // The request is all that a listener has to say.
        var options = listener.Server.Options;
        _watch = new ConnectionWatch(options.Limits with { IdleTimeout = TimeSpan.MaxValue }, now);
        _watch.HandshakeDone(now);
        _sends = new SendWatch(options);
        Ended = Enter(mailbox, now, out _seat);
        WaitWhileOffAir(now);
    }

    public Reason Ended { get; private set; }

    public Instant Deadline => Instant.Earlier(Instant.Earlier(_watch.Deadline, _offAirUntil), _sends.Deadline(_seat));

    Station? IListener.Station => _seat?.Station;

    Subscription? IListener.Place => _seat?.Subscription;

    string IListener.Agent => _listener.Agent;

    public long Warm() => _watch.PingAt.Ticks + _sends.Deadline(null).Ticks + (_seat?.Warm() ?? 0);

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_seat is null || (Ended == Reason.None && !_sends.TryBegin(batch, _watch, now)))
        {
            return false;
        }

        // Whatever ends it, the last sample frame is whole.
        _titles?.Limit(batch);
        var more = _cut && !_seat.Subscription.Finish(batch);
        if (!more && Ended == Reason.None)
        {
            more = Fill(_seat, batch, now);
        }

        more |= _titles?.Close(batch) ?? false;
        _sends.Began(batch, ref _watch, _seat, now);
        return more;
    }

    public void Sent(long bytes, Instant now) => _sends.Done();

    public void Tick(Instant now)
    {
        var why = _watch.Check(now);
        why = why == Reason.None ? _sends.Check(_seat, now) : why;
        why = why == Reason.None && now >= _offAirUntil ? Reason.StreamOffAir : why;
        if (why != Reason.None)
        {
            End(why);
        }
    }

    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            _draining = true; // it ends behind what was published until now
            _drainedAt = _seat?.Subscription.LiveEdge ?? 0;
        }
        else if (command.Kind == CommandKind.Kick)
        {
            End(command.Reason);
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        _seat?.EndsFor(Ended);
        _seat?.Dispose();
        if (_entered)
        {
            _entered = false;
            _listener.Server.Clients.Leave();
        }
    }

    void ISeated.Tell(SendBatch batch, in Notice notice)
    {
        // WAV has no place for it; books and log have it.
    }

    Reason ISeated.Configure(SendBatch batch, AudioFormat format, string title)
    {
        if (_titles is not null)
        {
            _titles.Title = title;
        }

        if (_format == default)
        {
            _format = format;
            batch.Commit(WavHeader.Write(batch.Reserve(WavHeader.BytesMax), format, sampleBytes: null));
        }

        return format == _format ? Reason.None : Reason.FormatChanged;
    }

    private Reason Enter(IMailbox mailbox, Instant now, out Seat? seat)
    {
        seat = null;
        if (!AudioWire.IsStationName(_listener.Station))
        {
            return Reason.InvalidName;
        }

        var server = _listener.Server;
        if (!server.Stations.TryFind(_listener.Station, out var station))
        {
            return Reason.StreamNotFound;
        }

        var why = server.Clients.TryEnter();
        _entered = why == Reason.None;
        return _entered ? Seat.TryTake(server, station, PcmWireForm.Instance, station.Options.Burst, mailbox, now, out seat) : why;
    }

    private bool Fill(Seat seat, SendBatch batch, Instant now)
    {
        (var why, _cut) = (Reason.Drained, false);
        if (!_draining || !seat.Subscription.HasPassed(_drainedAt))
        {
            why = seat.Fill(batch, this, now, out _cut);
            WaitWhileOffAir(now);
        }

        if (why != Reason.None || (_draining && !_cut))
        {
            End(why != Reason.None ? why : Reason.Drained);
        }

        return _cut;
    }

    private void WaitWhileOffAir(Instant now) => _offAirUntil =
        _seat is null or { IsLive: true } ? Instant.Never
        : _offAirUntil == Instant.Never ? now + _listener.OffAirMax
        : _offAirUntil;

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
            _seat?.EndsFor(why);
        }
    }
}
