using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// The client's side of an RTMP connection: connect, createStream, then publish what its source gives or play into its sink. Belongs to
/// its connection's turn.
/// </summary>
public sealed class RtmpClientSession : ISession
{
    private const int QueuedBytesMax = 64 * 1024; // of answers that the server does not read

    private readonly RtmpClientOptions _options;
    private readonly PooledBytes.Pool _buffers;
    private readonly IMediaSource? _source;
    private readonly IMediaSink? _sink;
    private readonly RtmpLink _link;
    private readonly RtmpClientCommands _commands;
    private readonly Instant _opened;
    private Instant _due = Instant.Never;
    private uint _stream;
    private Frame? _frame; // on its way out, in chunks
    private bool _connecting;
    private bool _streaming;
    private bool _sourceEnded;
    private bool _windowSent;
    private bool _streamOver; // no publisher, as far as the server told
    private Instant _heard;

    internal RtmpClientSession(
        RtmpClientOptions options, PooledBytes.Pool buffers, IEntropy entropy, IMediaSource? source, IMediaSink? sink, Instant now)
    {
        _options = options;
        _buffers = buffers;
        _source = source;
        _sink = sink;
        _opened = now;
        _link = new RtmpLink(
            new Handshake(HandshakeRole.Client, entropy, now, clientScheme: options.Handshake), options.Limits, buffers);
        _commands = new RtmpClientCommands(_link, options, publishes: source is not null);
    }

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <summary>The server's last error, or its farewell; empty if there was none.</summary>
    public RtmpStatus PeerStatus { get; private set; } = new("", "");

    /// <summary>Whether the server has let it publish or play.</summary>
    public bool IsStreaming => _streaming;

    /// <summary>Bytes held for the server's sake.</summary>
    internal int HeldBytes => _link.HeldBytes;

    /// <summary>Whether the handshake is done.</summary>
    internal bool IsOpen => _link.IsOpen;

    /// <inheritdoc/>
    public Instant Deadline => Instant.Earlier(IsSetUp ? _due : _opened + _options.SetupTimeout, IdleAt);

    private bool IsSetUp => _streaming || (_sink is not null && _stream != 0);

    // A player that waits for a publisher hears nothing, and rightly.
    private Instant IdleAt => _sink is not null && _streaming && !_streamOver ? _heard + _options.IdleTimeout : Instant.Never;

    private bool IsFull => _link.QueuedBytes > QueuedBytesMax || _sink is { IsFull: true };

    /// <inheritdoc/>
    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        var isFull = false;
        _heard = now;
        while (Ended == Reason.None && !(isFull = IsFull))
        {
            var status = _link.Read(bytes[at..], out var consumed, out var message);
            at += consumed;
            if (status == WireReadStatus.NeedMore)
            {
                break;
            }

            if (status == WireReadStatus.Failed)
            {
                End(_link.Failure);
                break;
            }

            Take(message, now);
        }

        if (_link.IsOpen && !_connecting)
        {
            _connecting = true;
            _commands.Connect();
        }

        _link.AcknowledgeIfDue();
        return Ended != Reason.None ? ReceiveResult.Done(bytes.Length)
            : isFull ? ReceiveResult.Paused(at) // though there may be room again: only those who paused are asked again
            : ReceiveResult.NeedMore(at);
    }

    /// <inheritdoc/>
    public void PeerFinished(Instant now) => End(!PeerStatus.IsEmpty ? Reason.RefusedByPeer : Reason.PeerClosed);

    /// <inheritdoc/>
    public bool Transmit(SendBatch batch, Instant now)
    {
        // Between the chunks of a frame nothing else is written: it keeps the order simple, and a frame is short.
        if (!FinishFrame(batch) || !_link.Transmit(batch))
        {
            return true;
        }

        if (!_streaming || _source is null || Ended != Reason.None)
        {
            return false;
        }

        while (batch.Room > 0)
        {
            switch (_source.Take(now, out var frame, out _due))
            {
                case MediaSourceStatus.Later:
                    return false;
                case MediaSourceStatus.Ended:
                    return EndSource(batch);
                default:
                    if (frame is not null && !Send(frame, batch))
                    {
                        return true;
                    }

                    break;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Sent(long bytes, Instant now)
    {
    }

    /// <inheritdoc/>
    public void Tick(Instant now)
    {
        if (!IsSetUp)
        {
            if (now >= _opened + _options.SetupTimeout)
            {
                End(Reason.HandshakeTimeout);
            }

            return;
        }

        _due = _due <= now ? Instant.Never : _due; // Transmit asks the source again
        if (_sink is { IsFull: true })
        {
            _heard = now; // it is this side that does not listen
        }
        else if (IdleAt <= now)
        {
            End(Reason.IdleTimeout);
        }
    }

    /// <inheritdoc/>
    public void Handle(in Command command, Instant now)
    {
        if (command.Kind != CommandKind.Answer && Ended == Reason.None)
        {
            if (_stream != 0)
            {
                _commands.Farewell(_stream);
            }

            End(command.Reason);
        }
    }

    /// <inheritdoc/>
    public void Close(Reason why, Instant now)
    {
        End(why);
        _frame?.Release();
        _frame = null;
        _link.Release();
    }

    private bool FinishFrame(SendBatch batch)
    {
        if (_frame is null)
        {
            return true;
        }

        if (!_link.Writer.Advance(batch))
        {
            return false;
        }

        _frame.Release();
        _frame = null;
        return true;
    }

    // Takes over the frame's reference. False when some of it waits for the next batch.
    private bool Send(Frame frame, SendBatch batch)
    {
        var (chunkStream, type) = frame.Kind switch
        {
            FrameKind.Audio => (ChunkWriter.AudioChunkStream, RtmpMessageType.Audio),
            FrameKind.Video => (ChunkWriter.VideoChunkStream, RtmpMessageType.Video),
            _ => (ChunkWriter.DataChunkStream, RtmpMessageType.DataAmf0),
        };
        _frame = frame;
        _link.Writer.Begin(batch, chunkStream, type, unchecked((uint)frame.SourceMilliseconds), _stream, frame.Memory, frame);
        return FinishFrame(batch);
    }

    private bool EndSource(SendBatch batch)
    {
        if (!_sourceEnded)
        {
            _sourceEnded = true;
            _commands.Farewell(_stream);
            End(Reason.Completed);
        }

        return !_link.Transmit(batch);
    }

    private void Take(in RtmpMessage message, Instant now)
    {
        switch (message.Type)
        {
            case RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3
                when _sink is not null:
                _streamOver = false;
                _sink.Media(message.Type, message.Timestamp, message.Payload, now);
                return;
            case RtmpMessageType.Aggregate when _sink is not null:
                TakeAggregate(message, _sink, now);
                break;
            case RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3:
                Answered(message, now);
                break;
            case RtmpMessageType.UserControl:
                Control(message.Payload.Span, now);
                break;
            case RtmpMessageType.SetPeerBandwidth when !_windowSent:
                _windowSent = true; // 5.4.5: answered with the window in force here, once
                _link.SendControl(RtmpMessageType.WindowAckSize, (uint)_options.Limits.WindowAckBytes);
                break;
        }

        message.Payload.Release();
    }

    // Its parts are few against what plays them, so each gets a buffer of its own, as if it had come alone.
    private void TakeAggregate(in RtmpMessage message, IMediaSink sink, Instant now)
    {
        _streamOver = false;
        var parts = new AggregateReader(message.Payload.Span, message.Timestamp, _options.Limits);
        while (parts.Read())
        {
            if (parts.Type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0)
            {
                var payload = _buffers.Rent();
                payload.Append(parts.Body);
                sink.Media(parts.Type, parts.Timestamp, payload, now);
            }
        }

        if (parts.Failure != Reason.None)
        {
            End(parts.Failure);
        }
    }

    private void Control(ReadOnlySpan<byte> body, Instant now)
    {
        if (!UserControlMessage.TryParse(body, out var control))
        {
            return;
        }

        if (control.Event == UserControlEvent.PingRequest)
        {
            _link.SendUserControl(UserControlEvent.PingResponse, control.Value);
        }
        else if (control.Event == UserControlEvent.StreamEof && _sink is not null && _streaming && control.Value == _stream)
        {
            StreamEnded(_sink, now);
        }
    }

    // Some servers say it by StreamEOF, some by a status, most by both.
    private void StreamEnded(IMediaSink sink, Instant now)
    {
        if (_streamOver)
        {
            return;
        }

        _streamOver = true;
        sink.StreamEnded(now);
        if (_options.EndWithStream)
        {
            End(Reason.StreamEnded);
        }
    }

    private void Answered(in RtmpMessage message, Instant now)
    {
        if (!RtmpCommand.TryParse(message.Type, message.Payload.Span, _options.Limits, out var command, out var error))
        {
            End(error.Code);
            return;
        }

        var arguments = command.Arguments;
        switch (command.Name)
        {
            case "_result" when command.TransactionId == RtmpClientCommands.ConnectTransaction:
                _commands.CreateStream();
                break;
            case "_result" when command.TransactionId == RtmpClientCommands.CreateStreamTransaction && arguments.ReadNumber(out var stream):
                _stream = (uint)stream;
                _commands.Begin(_stream);
                break;
            case "_error" when command.TransactionId is RtmpClientCommands.ConnectTransaction or RtmpClientCommands.CreateStreamTransaction:
                Refused(ref arguments);
                break;
            case "onStatus":
                Status(ref arguments, now);
                break;
        }
    }

    private void Status(ref Amf0Reader arguments, Instant now)
    {
        if (!AmfValue.TryRead(ref arguments, out var info))
        {
            return;
        }

        var code = info["code"].Text;
        if (info["level"].Text == "error")
        {
            PeerStatus = RtmpStatus.Of(info);
            End(Reason.RefusedByPeer);
            return;
        }

        switch (code)
        {
            case "NetStream.Publish.Start" when _source is not null:
                _streaming = true;
                break;
            case "NetStream.Play.Start" when _sink is not null:
                _streaming = true;
                _streamOver = false;
                _sink.Started(now);
                break;
            case "NetStream.Play.UnpublishNotify" or "NetStream.Play.Stop" when _sink is not null:
                StreamEnded(_sink, now);
                break;
            case "NetConnection.Connect.Closed":
                PeerStatus = RtmpStatus.Of(info);
                End(Reason.PeerClosed);
                break;
        }
    }

    private void Refused(ref Amf0Reader arguments)
    {
        PeerStatus = AmfValue.TryRead(ref arguments, out var info) ? RtmpStatus.Of(info) : new RtmpStatus("", "refused without a reason");
        End(Reason.RefusedByPeer);
    }

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }
}
