using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// The server's side of one RTMP connection: handshake, messages, and what is the connection's own; its message streams do the rest.
/// docs/states/rtmp.md draws it.
/// </summary>
internal sealed class RtmpServerSession : ISession, IMediaSession
{
    private readonly RtmpServer _server;
    private readonly RtmpLink _link;
    private readonly RtmpServerCommands _commands;
    private readonly ToleratedInput _tolerated;
    private readonly SessionStates _states = new();
    private readonly Instant _opened;
    private readonly Reason _refusal;
    private Instant _heard;
    private NetStream? _cut; // the stream whose frame may be cut between two batches
    private int _first;
    private bool _draining;
    private Instant _publishUntil = Instant.Never;

    internal RtmpServerSession(RtmpServer server, ConnectionInfo info, IMailbox mailbox, Instant now, Reason refusal = Reason.None)
    {
        _refusal = refusal;
        _server = server;
        _tolerated = new ToleratedInput(server.Observer, info);
        _opened = _heard = now;
        _link = new RtmpLink(
            new Handshake(HandshakeRole.Server, server.Entropy, now, server.Options.StrictHandshake), server.Options.Limits,
            server.Hub.Buffers, info.Memory) { TakesMedia = false };
        _commands = new RtmpServerCommands(server, _link, info, mailbox) { Refusal = refusal };
    }

    public Reason Ended { get; private set; }

    public RtmpSessionState Stage => _states.Now;

    /// <summary>What the access policy let it do, of all that it does now (RTMP-4.9).</summary>
    internal IEnumerable<AccessContext> Accesses => Streams.Select(static stream => stream.Access).OfType<AccessContext>();

    string IMediaSession.State => Stage.ToString();

    Topic? IMediaSession.Publishes => Streams.FirstOrDefault(static s => s.Publication is not null)?.Publication?.Topic;

    Subscription? IMediaSession.Views => Streams.FirstOrDefault(static s => s.Subscription is not null)?.Subscription;

    IReadOnlyDictionary<string, long> IMediaSession.Tolerated => _tolerated.Counts;

    IReadOnlyList<MediaPlace> IMediaSession.Places =>
    [
        .. Streams.Select(static s => new MediaPlace(s.Publication?.Topic, s.Subscription, s.Access?.Identity))
            .Where(static place => place.Publishes is not null || place.Views is not null),
    ];

    /// <summary>Bytes held for the peer's sake, the hub's not counted.</summary>
    internal int HeldBytes => _link.HeldBytes;

    public Instant Deadline
    {
        get
        {
            if (!_link.IsOpen || _refusal != Reason.None)
            {
                return _opened + TimeToConnect;
            }

            // A player has nothing to say: its silence is not idleness. A send that does not progress has its own deadline.
            var deadline = Stage == RtmpSessionState.Subscribing ? Instant.Never : _heard + _server.Options.Limits.IdleTimeout;
            deadline = Instant.Earlier(Instant.Earlier(deadline, _publishUntil), _commands.Deadline);
            foreach (var stream in Streams)
            {
                deadline = Instant.Earlier(deadline, stream.Deadline);
            }

            return deadline;
        }
    }

    // Who is refused anyway has a place of few, so less time.
    private TimeSpan TimeToConnect => _refusal != Reason.None && _server.Options.RefusalTimeout < _server.Options.Limits.HandshakeTimeout
        ? _server.Options.RefusalTimeout : _server.Options.Limits.HandshakeTimeout;

    private NetStream[] Streams => _commands.Streams;

    // What it asks next must wait: for the access policy's answer, or until it has taken the answers that it asked for before.
    private bool IsHeldUp => _commands.AwaitsAccess || _link.QueuedBytes > _server.Options.QueuedBytesMax;

    public long Warm()
    {
        var read = _heard.Ticks + _link.Warm();
        foreach (var stream in Streams)
        {
            read += stream.Warm();
        }

        return read;
    }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        while (Ended == Reason.None && !IsHeldUp)
        {
            var status = _link.Read(bytes[at..], out var consumed, out var message);
            at += consumed;
            _heard = consumed > 0 ? now : _heard;
            _tolerated.Look(_link);
            if (status == WireReadStatus.Failed)
            {
                End(_link.Failure);
            }
            else if (status == WireReadStatus.NeedMore)
            {
                break;
            }
            else
            {
                Take(message, now);
            }
        }

        FlushFrames(now);
        _link.AcknowledgeIfDue();
        UpdateStage();
        return Ended != Reason.None ? ReceiveResult.Done(bytes.Length)
            : _commands.AwaitsAccess ? ReceiveResult.Held(at) // a client that goes away must not hold its place until the answer
            : IsHeldUp ? ReceiveResult.Paused(at)
            : ReceiveResult.NeedMore(at);
    }

    public void PeerFinished(Instant now) =>
        End(_link.HandshakeState is HandshakeState.WaitingC1 or HandshakeState.WaitingC2 ? Reason.TruncatedInput : Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_cut is not null && !_cut.FinishFrame(batch))
        {
            return true;
        }

        _cut = null;
        if (!_link.Transmit(batch))
        {
            return true;
        }

        if (Ended != Reason.None)
        {
            return false;
        }

        var streams = Streams;
        for (var i = 0; i < streams.Length; i++)
        {
            var stream = streams[(_first + i) % streams.Length];
            if (stream.Transmit(batch, now, out var over))
            {
                _cut = stream;
                _first = (_first + i + 1) % streams.Length;
                return true;
            }

            if (over != Reason.None)
            {
                End(over);
                return !_link.Transmit(batch);
            }
        }

        if (_draining)
        {
            EndIfDrained();
        }

        return false;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (!_link.IsOpen || _refusal != Reason.None)
        {
            if (now >= _opened + TimeToConnect)
            {
                End(_refusal == Reason.None ? Reason.HandshakeTimeout : _refusal);
            }

            return;
        }

        if (Stage == RtmpSessionState.Subscribing)
        {
            _heard = now; // if its stream is not found now, it has its time to ask for another
        }

        End(_commands.Tick(now));
        if (_publishUntil <= now)
        {
            _publishUntil = Instant.Never;
            EndPublications();
        }

        foreach (var stream in Streams)
        {
            stream.Tick(now);
        }

        UpdateStage();
        if (Stage != RtmpSessionState.Subscribing && now >= _heard + _server.Options.Limits.IdleTimeout)
        {
            End(Reason.IdleTimeout);
        }
    }

    public void Handle(in Command command, Instant now)
    {
        if (Ended != Reason.None)
        {
            return;
        }

        switch (command.Kind)
        {
            case CommandKind.Answer:
                End(_commands.Answer(command, now));
                break;
            case CommandKind.Kick:
                Farewell(command.Reason);
                End(command.Reason);
                break;
            default:
                Drain(now);
                break;
        }

        UpdateStage();
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        foreach (var stream in Streams)
        {
            stream.Release(why);
        }

        _cut?.Release(why); // it may be deleted already
        _link.Release();
        _states.Enter(RtmpSessionState.Disconnected);
    }

    private void Take(in RtmpMessage message, Instant now)
    {
        switch (message.Type)
        {
            case RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3:
                _commands.FindForMedia(message.MessageStreamId).Media(message.Type, message.Timestamp, message.Payload, now);
                return;
            case RtmpMessageType.Aggregate:
                Split(message, now);
                break;
            case RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3:
                End(_commands.Take(message, now));
                break;
            case RtmpMessageType.UserControl:
                if (UserControlMessage.TryParse(message.Payload.Span, out var control)
                    && control.Event == UserControlEvent.PingRequest)
                {
                    _link.SendUserControl(UserControlEvent.PingResponse, control.Value);
                }

                break;
            case RtmpMessageType.Acknowledgement or RtmpMessageType.SetPeerBandwidth:
                break;
            default:
                _tolerated.Skip(message.Type);
                break;
        }

        message.Payload.Release();
    }

    // An aggregate is several messages in one body (RTMP 1.0, 7.1.6).
    private void Split(in RtmpMessage message, Instant now)
    {
        var parts = new AggregateReader(message.Payload.Span, message.Timestamp, _server.Options.Limits);
        var stream = _commands.FindForMedia(message.MessageStreamId);
        while (parts.Read())
        {
            if (parts.Type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0)
            {
                var body = _server.Hub.Buffers.Rent();
                body.Append(parts.Body);
                stream.Media(parts.Type, parts.Timestamp, body, now);
            }
            else
            {
                _tolerated.Skip(parts.Type);
            }
        }

        if (parts.Failure != Reason.None)
        {
            End(parts.Failure);
        }
    }

    private void FlushFrames(Instant now)
    {
        foreach (var stream in Streams)
        {
            stream.Flush(now);
        }
    }

    // Publishers are told at once, and have some time: what they send meanwhile still reaches its viewers.
    private void Drain(Instant now)
    {
        _draining = true;
        if (_server.Options.DrainTime <= TimeSpan.Zero)
        {
            EndPublications();
        }
        else if (_publishUntil == Instant.Never && Stage == RtmpSessionState.Publishing)
        {
            _publishUntil = now + _server.Options.DrainTime;
            RtmpReplies.Status(
                _link, 0, "NetConnection.Connect.ReconnectRequest",
                $"The server is shutting down. What you publish ends in {_server.Options.DrainTime.TotalSeconds:0} s.");
        }

        EndIfDrained();
    }

    private void EndPublications()
    {
        foreach (var stream in Streams)
        {
            if (stream.IsPublisher)
            {
                RtmpReplies.Status(_link, stream.Id, "NetStream.Unpublish.Success", "The server is shutting down.");
                stream.EndPublication(Reason.Drained);
            }
        }
    }

    // A publisher is done when its time is over or it has ended by itself. A viewer is done when it has all that was published and the news of its end. A
    // viewer that has paused is owed the news only.
    private void EndIfDrained()
    {
        foreach (var stream in Streams)
        {
            if (stream.IsPublisher || (stream is { Subscription: { } viewer } && (viewer.Topic.IsLive || !viewer.HasCaughtUp)))
            {
                return;
            }
        }

        Farewell(Reason.Drained);
        End(Reason.Drained);
    }

    private void Farewell(Reason why)
    {
        if (_commands.IsConnected)
        {
            RtmpReplies.Status(
                _link, 0, "NetConnection.Connect.Closed", $"Closed: {why.Text()}.", why == Reason.Drained ? "status" : "error");
        }
    }

    // The first reason wins. What was published ends now, so that viewers hear of it at once; a frame on its way out is still finished.
    private void End(Reason why)
    {
        if (why == Reason.None || Ended != Reason.None)
        {
            return;
        }

        Ended = why;
        foreach (var stream in Streams)
        {
            stream.EndPublication(why);
        }
    }

    private void UpdateStage() => _states.Follow(_link, Streams);
}
