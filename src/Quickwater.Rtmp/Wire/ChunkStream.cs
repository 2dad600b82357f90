using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>What the reader remembers of one chunk stream between its chunks.</summary>
internal sealed class ChunkStream(int id)
{
    public readonly int Id = id;

    /// <summary>The timestamp of the message under way, or of the last one.</summary>
    public uint Timestamp;

    /// <summary>The last value of the timestamp field, extended or not: a time after fmt 0, a delta after fmt 1 and 2.</summary>
    public uint Field;

    /// <summary>Whether that value stood in the extended field.</summary>
    public bool Extended;

    public int Length;
    public RtmpMessageType Type;
    public uint MessageStreamId;

    /// <summary>The message under way, or null between messages.</summary>
    public PooledBytes? Payload;

    /// <summary>Whether a header says what the last one of this chunk stream said, as far as its format goes.</summary>
    internal bool Repeats(int format, uint field, bool extended, ReadOnlySpan<byte> header) =>
        Field == field && Extended == extended
        && (format > 1 || (Length == ChunkHeader.ReadUInt24(header[3..]) && Type == (RtmpMessageType)header[6]))
        && (format > 0 || MessageStreamId == BinaryPrimitives.ReadUInt32LittleEndian(header[7..]));
}
