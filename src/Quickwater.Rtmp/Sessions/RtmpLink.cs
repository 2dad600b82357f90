using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// What both ends of an RTMP connection have in common: the handshake, chunks in, and small messages out in the order they were
/// queued. It knows no commands. Belongs to its session's turn.
/// </summary>
internal sealed class RtmpLink
{
    // A record in the queue:  |type:8|chunk stream:8|message stream:32|length:32| body
    private const int RecordBytes = 10;

    private readonly Handshake _handshake;
    private readonly ChunkReader _reader;
    private readonly PooledBytes.Pool _buffers;
    private readonly MemoryHolder? _holder;
    private readonly RtmpLimits _limits;
    private PooledBytes? _queue;
    private int _queueAt;

    internal RtmpLink(Handshake handshake, RtmpLimits limits, PooledBytes.Pool buffers, MemoryHolder? holder = null)
    {
        _handshake = handshake;
        _holder = holder;
        _limits = limits;
        _reader = new ChunkReader(limits, buffers, holder);
        _buffers = buffers;
    }

    /// <summary>Why the input cannot be read any further.</summary>
    internal Reason Failure => _handshake.Failure != Reason.None ? _handshake.Failure : _reader.Failure;

    internal HandshakeState HandshakeState => _handshake.State;

    internal HandshakeScheme HandshakeScheme => _handshake.Scheme;

    internal bool EchoMatched => _handshake.EchoMatched;

    internal bool IsOpen => _handshake.State == HandshakeState.Complete;

    /// <summary>For large messages by reference; between its chunks nothing else may be written.</summary>
    internal ChunkWriter Writer { get; } = new();

    /// <summary>Bytes queued and not written into a batch yet.</summary>
    internal int QueuedBytes => _queue is null ? 0 : _queue.Length - _queueAt;

    internal long Warm() => _queueAt;

    /// <summary>Bytes held for the peer's sake: unfinished messages, and the queue with what is written of it.</summary>
    internal int HeldBytes => _reader.PartialBytes + (_queue?.Length ?? 0);

    /// <summary>Whether the peer may send media, so that its unfinished messages may be long; at first it may.</summary>
    internal bool TakesMedia
    {
        set => _reader.HeldBytesMax = value ? _limits.ReassemblyBytesMax : Math.Min(_limits.CommandBytesMax, _limits.ReassemblyBytesMax);
    }

    internal WireReadStatus Read(ReadOnlySpan<byte> bytes, out int consumed, out RtmpMessage message)
    {
        message = default;
        consumed = 0;
        if (!IsOpen)
        {
            consumed = _handshake.Read(bytes);
            _reader.AddReceived(consumed);
            if (_handshake.State == HandshakeState.Failed)
            {
                return WireReadStatus.Failed;
            }

            if (!IsOpen)
            {
                return WireReadStatus.NeedMore;
            }
        }

        var status = _reader.Read(bytes[consumed..], out var taken, out message);
        consumed += taken;
        return status;
    }

    /// <summary>Queues an acknowledgement when the peer is owed one (RTMP 1.0, 5.4.3).</summary>
    internal void AcknowledgeIfDue()
    {
        if (_reader.TakeAck(out var sequence))
        {
            SendControl(RtmpMessageType.Acknowledgement, sequence);
        }
    }

    internal void Send(RtmpMessageType type, byte chunkStream, uint messageStream, ReadOnlySpan<byte> body)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        record[0] = (byte)type;
        record[1] = chunkStream;
        BinaryPrimitives.WriteUInt32BigEndian(record[2..], messageStream);
        BinaryPrimitives.WriteInt32BigEndian(record[6..], body.Length);
        _queue ??= _buffers.Rent(_holder);
        _queue.Append(record);
        _queue.Append(body);
    }

    internal void SendCommand(uint messageStream, in Amf0Writer body)
    {
        if (body.Overflowed)
        {
            throw new InvalidOperationException("A command did not fit the buffer it was written to.");
        }

        Send(RtmpMessageType.CommandAmf0, ChunkWriter.CommandChunkStream, messageStream, body.Written);
    }

    internal void SendControl(RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        Send(type, ChunkWriter.ControlChunkStream, 0, body);
    }

    internal void SendPeerBandwidth(uint bytes)
    {
        Span<byte> body = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(body, bytes);
        body[4] = 2; // dynamic (5.4.5)
        Send(RtmpMessageType.SetPeerBandwidth, ChunkWriter.ControlChunkStream, 0, body);
    }

    internal void SendUserControl(UserControlEvent what, uint value)
    {
        Span<byte> body = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)what);
        BinaryPrimitives.WriteUInt32BigEndian(body[2..], value);
        Send(RtmpMessageType.UserControl, ChunkWriter.ControlChunkStream, 0, body);
    }

    /// <summary>Writes the handshake and the queue into a batch. False when the batch is full and some is left.</summary>
    internal bool Transmit(SendBatch batch)
    {
        if (_handshake.HasOutput)
        {
            _handshake.Write(batch);
        }

        while (_queue is { } queue && IsOpen)
        {
            if (batch.Room <= 0)
            {
                return false;
            }

            var record = queue.Span[_queueAt..];
            var length = BinaryPrimitives.ReadInt32BigEndian(record[6..]);
            var type = (RtmpMessageType)record[0];
            var body = record.Slice(RecordBytes, length);
            if (type == RtmpMessageType.SetChunkSize)
            {
                Writer.WriteChunkSize(batch, BinaryPrimitives.ReadInt32BigEndian(body));
            }
            else
            {
                Writer.Write(batch, record[1], type, 0, BinaryPrimitives.ReadUInt32BigEndian(record[2..]), body);
            }

            _queueAt += RecordBytes + length;
            if (_queueAt == queue.Length)
            {
                queue.Release();
                _queue = null;
                _queueAt = 0;
            }
        }

        return true;
    }

    internal void Release()
    {
        _handshake.Release();
        _reader.Release();
        Writer.Abandon();
        _queue?.Release();
        _queue = null;
    }
}
