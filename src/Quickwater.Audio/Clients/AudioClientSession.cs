using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// The client's side of a connection: says hello, gives its sink what comes, and keeps asking for the server's clock. It assumes nothing about the
/// sizes of buffers or of what arrives at once.
/// </summary>
public sealed class AudioClientSession : ISession
{
    // At first quickly, for a clock to play by; then now and then, for the drift.
    private const int QuickPings = 8;
    private static readonly TimeSpan s_quickPing = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_slowPing = TimeSpan.FromSeconds(5);

    private readonly AudioClientOptions _options;
    private readonly IAudioSink _sink;
    private readonly AudioMessageReader _reader;
    private readonly Instant _opened;
    private readonly List<StationEntry> _stations = [];
    private AudioFormat _format;
    private Instant _lastReceived;
    private Instant _pingAt = Instant.Never;
    private Ping? _asked;
    private Pong? _answer;
    private uint _pingId;
    private bool _helloDue = true;
    private bool _listDue;
    private bool _pingDue;
    private bool _accepted;

    internal AudioClientSession(AudioClientOptions options, PooledBytes.Pool buffers, IAudioSink sink, AudioClientStats stats, Instant now)
    {
        _options = options;
        _sink = sink;
        _reader = new AudioMessageReader(buffers, options.MessageBytesMax);
        _opened = _lastReceived = now;
        Stats = stats;
        Stats.Begin();
    }

    /// <summary>What it counts.</summary>
    public AudioClientStats Stats { get; }

    /// <summary>What it knows of the server's clock.</summary>
    public ServerClock Clock { get; } = new();

    /// <summary>Why the server refused or closed, as it said; <see cref="Reason.None"/> when it did not say.</summary>
    public Reason PeerReason { get; private set; }

    /// <summary>The same in the words of a server that refused; empty otherwise. Meant for people.</summary>
    public string PeerText { get; private set; } = "";

    /// <inheritdoc/>
    public Instant Deadline => !_accepted
        ? _opened + _options.SetupTimeout
        : Instant.Earlier(_lastReceived + _options.IdleTimeout, _pingDue ? Instant.Never : _pingAt);

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <summary>Bytes of a message that is not whole.</summary>
    internal int HeldBytes => _reader.HeldBytes;

    /// <summary>Whether the server accepted.</summary>
    internal bool IsAccepted => _accepted;

    /// <inheritdoc/>
    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        _lastReceived = bytes.IsEmpty ? _lastReceived : now;
        var input = bytes;
        var isFull = false;
        while (Ended == Reason.None && !(isFull = _sink.IsFull) && _reader.Read(ref input, out var message))
        {
            var why = Take(message, now);
            if (why != Reason.None)
            {
                End(why);
            }
        }

        if (_reader.Fault != Reason.None)
        {
            End(_reader.Fault);
        }

        // A sink that has room again meanwhile has woken the connection, which asks again only those who paused.
        var taken = bytes.Length - input.Length;
        Stats.Received(taken);
        return Ended != Reason.None ? ReceiveResult.Done(bytes.Length)
            : isFull ? ReceiveResult.Paused(taken)
            : ReceiveResult.NeedMore(taken);
    }

    /// <inheritdoc/>
    public void PeerFinished(Instant now) => End(_reader.IsAtBoundary ? Reason.PeerClosed : Reason.TruncatedInput);

    /// <inheritdoc/>
    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_helloDue)
        {
            _helloDue = false;
            var burst = _options.Burst is { } wanted
                ? (int)Math.Clamp(wanted.TotalMilliseconds, 0, Hello.DefaultBurst - 1) : Hello.DefaultBurst;
            AudioMessageWriter.Write(batch, new Hello(_options.Station, _options.Agent, burst));
        }

        if (Ended != Reason.None)
        {
            return false;
        }

        if (_listDue)
        {
            _listDue = false;
            AudioMessageWriter.Write(batch, new ListStations());
        }

        if (_answer is { } answer)
        {
            _answer = null;
            AudioMessageWriter.Write(batch, answer with { AnsweredMicroseconds = Microseconds(now) });
        }

        if (_pingDue)
        {
            _pingDue = false;
            var ping = new Ping(++_pingId, Microseconds(now));
            _asked = ping;
            AudioMessageWriter.Write(batch, ping);
            _pingAt = now + s_slowPing;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Sent(long bytes, Instant now)
    {
    }

    /// <inheritdoc/>
    public void Tick(Instant now)
    {
        if (!_accepted)
        {
            if (now - _opened >= _options.SetupTimeout)
            {
                End(Reason.HandshakeTimeout);
            }

            return;
        }

        if (_sink.IsFull)
        {
            _lastReceived = now; // it is this side that does not listen
        }

        if (now - _lastReceived >= _options.IdleTimeout)
        {
            End(Reason.IdleTimeout);
        }
        else if (_pingAt <= now)
        {
            _pingAt = Instant.Never;
            _pingDue = true;
        }
    }

    /// <inheritdoc/>
    public void Handle(in Command command, Instant now) => End(command.Reason);

    /// <inheritdoc/>
    public void Close(Reason why, Instant now)
    {
        End(why);
        _reader.Free();
    }

    private Reason Take(in AudioMessage message, Instant now)
    {
        if (!_accepted && message.Type is not (AudioMessageType.Accept or AudioMessageType.Refuse))
        {
            return Reason.UnexpectedMessage;
        }

        switch (message.Type)
        {
            case AudioMessageType.Audio:
                return TakeChunk(message.Body, now);
            case AudioMessageType.Format when FormatNotice.TryRead(message.Body, out var format):
                _format = format.Format;
                _sink.Format(format);
                return Reason.None;
            case AudioMessageType.Metadata when Title.TryRead(message.Body, out var title):
                _sink.Titled(title.Text);
                return Reason.None;
            case AudioMessageType.Notice when Notice.TryRead(message.Body, out var notice):
                PeerReason = notice.Kind == NoticeKind.Closing ? notice.Why : PeerReason;
                _sink.Noticed(notice);
                return Reason.None;
            case AudioMessageType.Ping when Ping.TryRead(message.Body, out var ping):
                _answer = new Pong(ping.Id, ping.SentMicroseconds, Microseconds(now), 0);
                return Reason.None;
            case AudioMessageType.Pong when Pong.TryRead(message.Body, out var pong):
                TakePong(pong, now);
                return Reason.None;
            case AudioMessageType.Accept when !_accepted && Accept.TryRead(message.Body, out var accept):
                return TakeAccept(accept, now);
            case AudioMessageType.Refuse when !_accepted && Refuse.TryRead(message.Body, out var refuse):
                PeerReason = refuse.Why;
                PeerText = refuse.Text;
                return Reason.RefusedByPeer;
            case AudioMessageType.Stations when StationList.TryRead(message.Body, out var list):
                return TakeStations(list);
            case AudioMessageType.Accept or AudioMessageType.Refuse when _accepted:
            case AudioMessageType.Hello or AudioMessageType.List:
                return Reason.UnexpectedMessage;
            case >= AudioMessageType.Hello and <= AudioMessageType.Pong:
                return Reason.MalformedMessage;
            default:
                return Reason.None; // of a later minor version
        }
    }

    private Reason TakeAccept(in Accept accept, Instant now)
    {
        _accepted = true;
        _listDue = _options.ListsStations;
        _pingDue = true;
        _lastReceived = now;
        _sink.Accepted(accept);
        return Reason.None;
    }

    private Reason TakeChunk(ReadOnlySpan<byte> body, Instant now)
    {
        if (!_format.IsValid)
        {
            return Reason.UnexpectedMessage;
        }

        if (!AudioChunk.TryRead(body, out var chunk) || chunk.Samples.Length % _format.BytesPerFrame != 0)
        {
            return Reason.MalformedMessage;
        }

        Stats.Heard(chunk, Clock, now);
        _sink.Chunk(chunk);
        return Reason.None;
    }

    // Only the answer to the latest ping counts, with the time it was asked at as this side remembers it.
    private void TakePong(in Pong pong, Instant now)
    {
        if (_asked is not { } asked || asked.Id != pong.Id)
        {
            return;
        }

        _asked = null;
        Clock.Add(pong with { SentMicroseconds = asked.SentMicroseconds }, Microseconds(now));
        _pingAt = now + (Clock.Samples < QuickPings ? s_quickPing : s_slowPing);
    }

    private Reason TakeStations(in StationList list)
    {
        foreach (var station in list.Stations)
        {
            if (_stations.Count < _options.StationsMax)
            {
                _stations.Add(station);
            }
        }

        if (list.HasMore)
        {
            return Reason.None;
        }

        _sink.Listed(_stations.ToArray());
        _stations.Clear();
        return _options.Station.Length == 0 ? Reason.Completed : Reason.None;
    }

    private static long Microseconds(Instant at) => at.Ticks / TimeSpan.TicksPerMicrosecond;

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }
}
