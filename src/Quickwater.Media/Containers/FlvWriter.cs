using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Encodes FLV (layout: see <see cref="FlvReader"/>). Each tag stands on its own, so leaving any out leaves the others right. Pure functions.</summary>
public static class FlvWriter
{
    /// <summary>Bytes of the file header with the zero behind it, where the first tag begins.</summary>
    public const int HeaderBytes = 13;

    /// <summary>Bytes before the body of a tag.</summary>
    public const int TagHeaderBytes = 11;

    /// <summary>Bytes that a tag has beside its body.</summary>
    public const int TagOverheadBytes = TagHeaderBytes + 4;

    /// <summary>Writes the file header and returns its length, <see cref="HeaderBytes"/>.</summary>
    public static int WriteHeader(Span<byte> destination, bool hasAudio, bool hasVideo)
    {
        "FLV\u0001"u8.CopyTo(destination);
        destination[4] = (byte)((hasAudio ? 4 : 0) | (hasVideo ? 1 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], 9);
        destination[9..HeaderBytes].Clear();
        return HeaderBytes;
    }

    /// <summary>Bytes of a tag's body at most: its size has 24 bits.</summary>
    public const int BodyBytesMax = 0xFFFFFF;

    /// <summary>Bytes of a tag with the size behind it.</summary>
    public static int Measure(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, BodyBytesMax);
        return TagOverheadBytes + payloadLength;
    }

    /// <summary>Encodes a tag and returns its length, which is that of <see cref="Measure"/>.</summary>
    /// <param name="destination">At least that long.</param>
    /// <param name="type">The tag type.</param>
    /// <param name="timestamp">Milliseconds, modulo 2^32.</param>
    /// <param name="payload">The body, at most <see cref="BodyBytesMax"/> bytes.</param>
    public static int Encode(Span<byte> destination, FlvTagType type, uint timestamp, ReadOnlySpan<byte> payload)
    {
        var length = Measure(payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)type << 24) | (uint)payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (timestamp << 8) | (timestamp >> 24));
        destination[8..TagHeaderBytes].Clear();
        payload.CopyTo(destination[TagHeaderBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(TagHeaderBytes + payload.Length)..], (uint)(TagHeaderBytes + payload.Length));
        return length;
    }
}
