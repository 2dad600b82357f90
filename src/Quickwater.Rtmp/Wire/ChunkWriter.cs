using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>
/// Writes one side's messages as chunks into send batches, and knows the chunk size in force (RTMP 1.0, 5.3). Small messages are
/// copied whole; a large one is written in pieces by reference, over as many batches as it takes. Not thread-safe.
/// </summary>
public sealed class ChunkWriter
{
    /// <summary>The chunk stream of protocol control messages (RTMP 1.0, 5.4).</summary>
    public const byte ControlChunkStream = 2;

    /// <summary>The chunk stream that commands are sent on here. Any from 3 on would do; these four are what most servers use.</summary>
    public const byte CommandChunkStream = 3;

    /// <summary>The chunk stream that audio is sent on here.</summary>
    public const byte AudioChunkStream = 4;

    /// <summary>The chunk stream that data messages are sent on here.</summary>
    public const byte DataChunkStream = 5;

    /// <summary>The chunk stream that video is sent on here.</summary>
    public const byte VideoChunkStream = 6;

    private ISharedBytes? _owner;
    private ReadOnlyMemory<byte> _payload;
    private int _payloadAt;
    private int _chunkLeft;
    private byte _chunkStream;
    private uint _timestamp;

    /// <summary>The chunk size in force for what is written next.</summary>
    public int ChunkSize { get; private set; } = RtmpLimits.InitialChunkSize;

    /// <summary>Whether a message of <see cref="Begin"/> is not yet wholly written.</summary>
    public bool IsBusy => _owner is not null;

    /// <summary>Writes a whole message by copy.</summary>
    /// <param name="batch">Where to. It may overshoot the batch's room by this message.</param>
    /// <param name="chunkStream">2 to 63; not that of a message under way.</param>
    /// <param name="type">The message type.</param>
    /// <param name="timestamp">Milliseconds, modulo 2^32.</param>
    /// <param name="messageStream">The message stream id.</param>
    /// <param name="payload">The body.</param>
    public void Write(
        SendBatch batch, byte chunkStream, RtmpMessageType type, uint timestamp, uint messageStream, ReadOnlySpan<byte> payload)
    {
        CheckBetweenChunks();
        if (IsBusy && chunkStream == _chunkStream)
        {
            throw new InvalidOperationException("A message is under way on this chunk stream.");
        }

        var length = ChunkEncoder.Measure(payload.Length, ChunkSize, ChunkEncoder.IsExtended(timestamp));
        ChunkEncoder.Encode(batch.Reserve(length), chunkStream, type, timestamp, messageStream, payload, ChunkSize);
        batch.Commit(length);
    }

    /// <summary>Writes a protocol control message of four bytes: Abort, Acknowledgement, Window Acknowledgement Size.</summary>
    public void WriteControl(SendBatch batch, RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        Write(batch, ControlChunkStream, type, 0, 0, body);
    }

    /// <summary>Announces a chunk size to the peer and uses it from here on (RTMP 1.0, 5.4.1).</summary>
    public void WriteChunkSize(SendBatch batch, int chunkSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkSize, RtmpLimits.WireMessageBytesMax);
        WriteControl(batch, RtmpMessageType.SetChunkSize, (uint)chunkSize);
        ChunkSize = chunkSize;
    }

    /// <summary>Asks the peer to bound its unacknowledged output (RTMP 1.0, 5.4.5).</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="bytes">The bound.</param>
    /// <param name="limitType">0 hard, 1 soft, 2 dynamic.</param>
    public void WritePeerBandwidth(SendBatch batch, uint bytes, byte limitType)
    {
        Span<byte> body = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(body, bytes);
        body[4] = limitType;
        Write(batch, ControlChunkStream, RtmpMessageType.SetPeerBandwidth, 0, 0, body);
    }

    /// <summary>
    /// Starts a message whose payload goes out by reference, and retains its owner until all is written. <see cref="Advance"/> writes
    /// it. One at a time.
    /// </summary>
    public void Begin(
        SendBatch batch, byte chunkStream, RtmpMessageType type, uint timestamp, uint messageStream,
        ReadOnlyMemory<byte> payload, ISharedBytes owner)
    {
        if (IsBusy)
        {
            throw new InvalidOperationException("A message is under way.");
        }

        ChunkEncoder.CheckSizes(payload.Length, ChunkSize);
        var header = batch.Reserve(ChunkEncoder.FirstHeaderBytesMax);
        batch.Commit(ChunkEncoder.WriteFirstHeader(header, chunkStream, type, timestamp, messageStream, payload.Length));
        owner.Retain();
        _owner = owner;
        _payload = payload;
        _payloadAt = 0;
        _chunkLeft = ChunkSize;
        _chunkStream = chunkStream;
        _timestamp = timestamp;
    }

    /// <summary>
    /// Writes what the batch has room for of the message under way. True when no message is under way any more.
    /// </summary>
    public bool Advance(SendBatch batch)
    {
        if (_owner is not { } owner)
        {
            return true;
        }

        while (_payloadAt < _payload.Length)
        {
            if (batch.Room <= 0)
            {
                return false;
            }

            if (_chunkLeft == 0)
            {
                batch.Commit(ChunkEncoder.WriteNextHeader(batch.Reserve(5), _chunkStream, _timestamp));
                _chunkLeft = ChunkSize;
                if (batch.Room <= 0)
                {
                    return false;
                }
            }

            var piece = _payload.Slice(_payloadAt, Math.Min(Math.Min(_chunkLeft, batch.Room), _payload.Length - _payloadAt));
            if (piece.Length <= SendBatch.CopyBytesMax)
            {
                batch.Write(piece.Span);
            }
            else
            {
                batch.Reference(piece, owner);
            }

            _payloadAt += piece.Length;
            _chunkLeft -= piece.Length;
        }

        Abandon();
        return true;
    }

    /// <summary>Lets go of the message under way, written or not: for the end of the connection. May be called at any time.</summary>
    public void Abandon()
    {
        _owner?.Release();
        _owner = null;
        _payload = default;
    }

    // Another message may stand between the chunks of one, never inside a chunk.
    private void CheckBetweenChunks()
    {
        if (IsBusy && _chunkLeft > 0)
        {
            throw new InvalidOperationException("A chunk is under way.");
        }
    }
}
