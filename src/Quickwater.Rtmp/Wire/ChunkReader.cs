using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Takes the chunks of a connection apart into messages (RTMP 1.0, 5.3 and 5.4), from bytes in any fragmentation. It copies each payload once,
/// into the buffer that the message is handed out in, which grows as bytes arrive: a declared length costs nothing.
/// Set Chunk Size, Abort and Window Acknowledgement Size are applied here and not handed out. Not thread-safe.
/// </summary>
public sealed class ChunkReader
{
    private const int FirstRentBytes = 4096;
    private const int DirectIds = 64;

    private readonly RtmpLimits _limits;
    private readonly PooledBytes.Pool _pool;
    private readonly MemoryHolder? _holder;
    private readonly ChunkStream?[] _direct = new ChunkStream?[DirectIds];
    private Dictionary<int, ChunkStream>? _others;
    private int _streams;
    private ChunkStream? _current; // the chunk stream whose chunk is under way, or null between chunks
    private int _chunkLeft;
    private int _partialBytes;
    private ulong _acknowledged;

    /// <summary>Makes the reader of one connection, at the first byte after the handshake.</summary>
    /// <param name="limits">Its limits.</param>
    /// <param name="pool">Where payloads come from.</param>
    /// <param name="holder">Whose peer unfinished messages are held for; null where nobody counts.</param>
    public ChunkReader(RtmpLimits limits, PooledBytes.Pool pool, MemoryHolder? holder = null)
    {
        _holder = holder;
        HeldBytesMax = limits.ReassemblyBytesMax;
        _limits = limits;
        _pool = pool;
        AckWindowBytes = (uint)limits.WindowAckBytes;
    }

    /// <summary>
    /// Why it failed: <see cref="Reason.MalformedHeader"/>, <see cref="Reason.MalformedMessage"/>, <see cref="Reason.MessageTooLarge"/>,
    /// <see cref="Reason.TooManyChunkStreams"/>, <see cref="Reason.MemoryPressure"/> or <see cref="Reason.ChunkSizeOutOfRange"/>; <see cref="Reason.None"/> before.
    /// </summary>
    public Reason Failure { get; private set; }

    /// <summary>The size of the peer's chunks: 128 until it sets another.</summary>
    public int ChunkSize { get; private set; } = RtmpLimits.InitialChunkSize;

    /// <summary>Bytes received so far; see <see cref="AddReceived"/> for those of the handshake.</summary>
    public ulong BytesReceived { get; private set; }

    /// <summary>After how many bytes the peer wants an acknowledgement.</summary>
    public uint AckWindowBytes { get; private set; }

    /// <summary>Chunk streams that the peer has used.</summary>
    public int ChunkStreams => _streams;

    /// <summary>Bytes held of messages that are not complete.</summary>
    public int PartialBytes => _partialBytes;

    /// <summary>Bytes of unfinished messages that it may hold; <see cref="RtmpLimits.ReassemblyBytesMax"/> unless somebody lowers it.</summary>
    public int HeldBytesMax { get; set; }

    /// <summary>Counts bytes received before the first chunk (the handshake) into <see cref="BytesReceived"/>.</summary>
    public void AddReceived(int bytes) => BytesReceived += (ulong)bytes;

    /// <summary>
    /// Whether the peer is owed an Acknowledgement (RTMP 1.0, 5.4.3), and the sequence number to put in it. Each is given once.
    /// </summary>
    public bool TakeAck(out uint sequence)
    {
        sequence = unchecked((uint)BytesReceived);
        if (BytesReceived - _acknowledged < AckWindowBytes)
        {
            return false;
        }

        _acknowledged = BytesReceived;
        return true;
    }

    /// <summary>
    /// Reads until one message is complete or the bytes are used up. Call it again with what was not consumed, at once after
    /// <see cref="WireReadStatus.Item"/>, with more bytes behind it after <see cref="WireReadStatus.NeedMore"/> (at most 17 bytes are
    /// ever left then: a chunk header without its end).
    /// </summary>
    /// <param name="bytes">Received bytes.</param>
    /// <param name="consumed">How many of them are done with.</param>
    /// <param name="message">The message; the caller owns its payload. Meaningful only with <see cref="WireReadStatus.Item"/>.</param>
    public WireReadStatus Read(ReadOnlySpan<byte> bytes, out int consumed, out RtmpMessage message)
    {
        var at = 0;
        message = default;
        var status = Failure == Reason.None ? WireReadStatus.NeedMore : WireReadStatus.Failed;
        while (status == WireReadStatus.NeedMore)
        {
            if (_current is null)
            {
                var header = ReadHeader(bytes[at..]);
                if (header <= 0)
                {
                    status = header < 0 ? WireReadStatus.Failed : status;
                    break;
                }

                at += header;
            }

            if (_chunkLeft > 0 && at == bytes.Length)
            {
                break;
            }

            at += ReadPayload(bytes[at..], ref status, ref message);
        }

        consumed = at;
        BytesReceived += (ulong)at;
        return status;
    }

    /// <summary>Gives the buffers of unfinished messages back. The reader is over. May be called again.</summary>
    public void Release()
    {
        foreach (var stream in _direct.Concat((IEnumerable<ChunkStream?>?)_others?.Values ?? []))
        {
            Discard(stream);
        }

        _current = null;
        Failure = Failure == Reason.None ? Reason.Disposed : Failure;
    }

    // Length of the header, 0 when it is not all there yet (nothing is changed then), -1 when it is wrong.
    private int ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (!ChunkHeader.TryReadBasic(bytes, out var format, out var id, out var at))
        {
            return 0;
        }

        var fields = format switch { 0 => 11, 1 => 7, 2 => 3, _ => 0 };
        if (bytes.Length < at + fields)
        {
            return 0;
        }

        var stream = Find(id);
        if (format == 3)
        {
            return ReadRepeated(stream, bytes, at);
        }

        if (stream is null && format == 2)
        {
            return Fail(Reason.MalformedHeader); // a delta on nothing
        }

        var header = bytes[at..];
        var field = ChunkHeader.ReadUInt24(header);
        at += fields;
        var extended = field == ChunkHeader.ExtendedMark;
        if (extended)
        {
            if (!BinaryPrimitives.TryReadUInt32BigEndian(bytes[at..], out field))
            {
                return 0;
            }

            at += 4;
        }

        // A header inside a message, whose chunks should be fmt 3 (5.3.1.2). The same one again goes on with it; any other says that its sender gave it up.
        if (stream is { Payload: not null } && GoesOn(stream, format, field, extended, header))
        {
            return at;
        }

        // fmt 1 on a chunk stream that is new: its time counts from 0, on message stream 0. Encoders do that.
        stream ??= Open(id);
        if (stream is null)
        {
            return Fail(Reason.TooManyChunkStreams);
        }

        if (format <= 1)
        {
            stream.Length = (int)ChunkHeader.ReadUInt24(header[3..]);
            stream.Type = (RtmpMessageType)header[6];
        }

        if (format == 0)
        {
            stream.MessageStreamId = BinaryPrimitives.ReadUInt32LittleEndian(header[7..]);
            stream.Timestamp = 0;
        }

        stream.Field = field;
        stream.Extended = extended;
        return BeginMessage(stream) ? at : -1;
    }

    private bool GoesOn(ChunkStream stream, int format, uint field, bool extended, ReadOnlySpan<byte> header)
    {
        if (!stream.Repeats(format, field, extended, header))
        {
            Discard(stream);
            return false;
        }

        BeginChunk(stream);
        return true;
    }

    // fmt 3: the next chunk of the message under way, or a message with the same header and the same delta (5.3.1.2.4; after fmt 0 the
    // delta is that chunk's time, which FFmpeg relies on).
    private int ReadRepeated(ChunkStream? stream, ReadOnlySpan<byte> bytes, int at)
    {
        if (stream is null)
        {
            return Fail(Reason.MalformedHeader);
        }

        var begins = stream.Payload is null;
        if (stream.Extended)
        {
            var time = begins ? unchecked(stream.Timestamp + stream.Field) : stream.Timestamp;
            var extension = ChunkHeader.PeekExtension(bytes[at..], stream.Field, time);
            if (extension < 0)
            {
                return 0;
            }

            at += extension;
        }

        if (begins)
        {
            return BeginMessage(stream) ? at : -1;
        }

        BeginChunk(stream);
        return at;
    }

    private bool BeginMessage(ChunkStream stream)
    {
        if (stream.Length > LengthMax(stream.Type))
        {
            Fail(Reason.MessageTooLarge);
            return false;
        }

        stream.Timestamp = unchecked(stream.Timestamp + stream.Field);
        stream.Payload = _pool.Rent(_holder);
        BeginChunk(stream);
        return true;
    }

    private int LengthMax(RtmpMessageType type) => Math.Min(Math.Min(_limits.MessageBytesMax, HeldBytesMax), type switch
    {
        RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3 => _limits.DataBytesMax,
        RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3 or < RtmpMessageType.Audio => _limits.CommandBytesMax,
        _ => int.MaxValue,
    });

    // Whoever may hold little is not given more than what came.
    private int FirstRent() => HeldBytesMax <= _limits.CommandBytesMax ? 0 : FirstRentBytes;

    private void BeginChunk(ChunkStream stream)
    {
        _current = stream;
        _chunkLeft = Math.Min(ChunkSize, stream.Length - (stream.Payload?.Length ?? 0));
    }

    private int ReadPayload(ReadOnlySpan<byte> bytes, ref WireReadStatus status, ref RtmpMessage message)
    {
        if (_current is not { Payload: { } payload } stream)
        {
            throw new InvalidOperationException("A chunk is under way without a message.");
        }

        var piece = bytes[..Math.Min(bytes.Length, _chunkLeft)];
        if (_partialBytes + piece.Length > HeldBytesMax)
        {
            status = WireReadStatus.Failed;
            Fail(Reason.MessageTooLarge);
            return 0;
        }

        var needed = payload.Length + piece.Length;
        if (needed > payload.Capacity
            && !payload.TryEnsureCapacity(Math.Min(stream.Length, Math.Max(needed, Math.Max(FirstRent(), 2 * payload.Capacity)))))
        {
            status = WireReadStatus.Failed;
            Fail(Reason.MemoryPressure);
            return 0;
        }

        payload.Append(piece);
        _partialBytes += piece.Length;
        _chunkLeft -= piece.Length;
        if (_chunkLeft == 0)
        {
            _current = null;
            if (payload.Length == stream.Length)
            {
                status = Complete(stream, payload, ref message);
            }
        }

        return piece.Length;
    }

    private WireReadStatus Complete(ChunkStream stream, PooledBytes payload, ref RtmpMessage message)
    {
        stream.Payload = null;
        _partialBytes -= payload.Length;
        if (stream.Type is not (RtmpMessageType.SetChunkSize or RtmpMessageType.Abort or RtmpMessageType.WindowAckSize))
        {
            message = new RtmpMessage(stream.Type, stream.Timestamp, stream.MessageStreamId, stream.Id, payload);
            return WireReadStatus.Item;
        }

        var known = BinaryPrimitives.TryReadUInt32BigEndian(payload.Span, out var value);
        payload.Release();
        var why = known ? Apply(stream.Type, value) : Reason.MalformedMessage;
        if (why == Reason.None)
        {
            return WireReadStatus.NeedMore;
        }

        Fail(why);
        return WireReadStatus.Failed;
    }

    private Reason Apply(RtmpMessageType type, uint value)
    {
        switch (type)
        {
            case RtmpMessageType.SetChunkSize:
                // The first bit is zero, and sizes above 24 bits mean 24 bits (5.4.1).
                var size = Math.Min(value, (uint)RtmpLimits.WireMessageBytesMax);
                if (value is 0 or > int.MaxValue || size > _limits.ChunkSizeMax)
                {
                    return Reason.ChunkSizeOutOfRange;
                }

                ChunkSize = (int)size;
                return Reason.None;
            case RtmpMessageType.Abort:
                Discard(value <= int.MaxValue ? Find((int)value) : null);
                return Reason.None;
            default:
                // A window of 0 would ask for an acknowledgement of every read: it means that none are wanted.
                AckWindowBytes = value == 0 ? uint.MaxValue : value;
                return Reason.None;
        }
    }

    private void Discard(ChunkStream? stream)
    {
        if (stream?.Payload is { } payload)
        {
            stream.Payload = null;
            _partialBytes -= payload.Length;
            payload.Release();
        }
    }

    private ChunkStream? Find(int id) => id < DirectIds ? _direct[id] : _others?.GetValueOrDefault(id);

    private ChunkStream? Open(int id)
    {
        if (_streams == _limits.ChunkStreamsMax)
        {
            return null;
        }

        _streams++;
        var stream = new ChunkStream(id);
        if (id < DirectIds)
        {
            _direct[id] = stream;
        }
        else
        {
            (_others ??= []).Add(id, stream);
        }

        return stream;
    }

    private int Fail(Reason why)
    {
        Failure = why;
        return -1;
    }
}
