using System.Buffers.Binary;

namespace Quickwater.Rtmp;

// A chunk (RTMP 1.0, 5.3.1): basic header, message header, extended timestamp, up to chunk-size bytes of payload.
//
//  basic header   |fmt:2|id:6|                    id 2..63
//                 |fmt:2| 0  |id-64:8|            id 64..319
//                 |fmt:2| 1  |id-64:16 LE|        id 64..65599
//
//  message header fmt 0   |time:24|length:24|type:8|stream:32 LE|   11 bytes, absolute time
//                 fmt 1   |delta:24|length:24|type:8|                7 bytes, same message stream
//                 fmt 2   |delta:24|                                 3 bytes, same length and type as well
//                 fmt 3                                              0 bytes: next chunk, or a next message just like the last
//
//  extended timestamp     |value:32|    if the 24 bits are all ones; on fmt 3 some senders repeat it and some do not

/// <summary>The parts of a chunk's header, without the state that a chunk stream keeps.</summary>
internal static class ChunkHeader
{
    /// <summary>The 24-bit time or delta that says that the value stands in the extended field.</summary>
    public const uint ExtendedMark = 0xFFFFFF;

    // Whether the extended timestamp is repeated here: 4 when the bytes are the value of the field (the specification) or the time of the
    // message (some senders), 0 when they are payload, -1 when so far they could be either.
    public static int PeekExtension(ReadOnlySpan<byte> bytes, uint field, uint time)
    {
        Span<byte> expected = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(expected, field);
        BinaryPrimitives.WriteUInt32BigEndian(expected[4..], time);
        var seen = bytes[..Math.Min(4, bytes.Length)];
        if (!expected[..4].StartsWith(seen) && !expected[4..].StartsWith(seen))
        {
            return 0;
        }

        return seen.Length == 4 ? 4 : -1;
    }

    public static bool TryReadBasic(ReadOnlySpan<byte> bytes, out int format, out int id, out int length)
    {
        format = id = 0;
        length = 1;
        if (bytes.IsEmpty)
        {
            return false;
        }

        format = bytes[0] >> 6;
        id = bytes[0] & 0x3F;
        if (id > 1)
        {
            return true;
        }

        length = id + 2;
        if (bytes.Length < length)
        {
            return false;
        }

        id = 64 + (id == 0 ? bytes[1] : BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]));
        return true;
    }

    public static uint ReadUInt24(ReadOnlySpan<byte> bytes) => ((uint)bytes[0] << 16) | ((uint)bytes[1] << 8) | bytes[2];
}
