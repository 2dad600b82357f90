using System.Buffers.Binary;

namespace Quickwater.Rtmp;

// What it writes (RTMP 1.0, 5.3.1):
//
//  |00|id:6| time:24 | length:24 | type:8 | stream:32 LE | [time:32] | payload, chunk-size bytes |
//  |11|id:6|                                              [time:32] | payload, chunk-size bytes |   until the payload ends
//
//  time:24 is all ones, and time:32 is there on every chunk, from time 0xFFFFFF on.

/// <summary>
/// Encodes a whole message as chunks, each message on its own: always a full first header with the absolute time, so that leaving
/// any message out leaves the others right. That lets one encoded form serve all viewers of a topic. Pure functions.
/// </summary>
public static class ChunkEncoder
{
    /// <summary>Where the message stream id (32 bits, little-endian) stands in an encoded message.</summary>
    public const int MessageStreamOffset = 8;

    /// <summary>Bytes before the payload of the first chunk at most.</summary>
    public const int FirstHeaderBytesMax = 16;

    internal const int FirstHeaderBytes = 12;

    /// <summary>Whether a time needs the extended field.</summary>
    public static bool IsExtended(uint timestamp) => timestamp >= ChunkHeader.ExtendedMark;

    /// <summary>Bytes of the encoded message.</summary>
    public static int Measure(int payloadLength, int chunkSize, bool extendedTimestamp)
    {
        CheckSizes(payloadLength, chunkSize);
        var extension = extendedTimestamp ? 4 : 0;
        var continuations = payloadLength == 0 ? 0 : (payloadLength - 1) / chunkSize;
        return checked(FirstHeaderBytes + extension + payloadLength + (continuations * (1 + extension)));
    }

    /// <summary>Encodes a message and returns its length, which is that of <see cref="Measure"/>.</summary>
    /// <param name="destination">At least that long.</param>
    /// <param name="chunkStream">2 to 63.</param>
    /// <param name="type">The message type.</param>
    /// <param name="timestamp">Milliseconds, modulo 2^32.</param>
    /// <param name="messageStream">The message stream id.</param>
    /// <param name="payload">The body, at most 16777215 bytes.</param>
    /// <param name="chunkSize">The chunk size in force, 1 or more.</param>
    public static int Encode(
        Span<byte> destination, byte chunkStream, RtmpMessageType type, uint timestamp, uint messageStream,
        ReadOnlySpan<byte> payload, int chunkSize)
    {
        CheckSizes(payload.Length, chunkSize);
        var at = WriteFirstHeader(destination, chunkStream, type, timestamp, messageStream, payload.Length);
        while (true)
        {
            var piece = payload[..Math.Min(chunkSize, payload.Length)];
            piece.CopyTo(destination[at..]);
            at += piece.Length;
            payload = payload[piece.Length..];
            if (payload.IsEmpty)
            {
                return at;
            }

            at += WriteNextHeader(destination[at..], chunkStream, timestamp);
        }
    }

    /// <summary>Writes another message stream id into an encoded message.</summary>
    public static void PatchMessageStream(Span<byte> encoded, uint messageStream) =>
        BinaryPrimitives.WriteUInt32LittleEndian(encoded[MessageStreamOffset..], messageStream);

    internal static int WriteFirstHeader(
        Span<byte> destination, byte chunkStream, RtmpMessageType type, uint timestamp, uint messageStream, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkStream, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkStream, 63);
        var time = Math.Min(timestamp, ChunkHeader.ExtendedMark);
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)chunkStream << 24) | time);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ((uint)length << 8) | (byte)type);
        PatchMessageStream(destination, messageStream);
        return FirstHeaderBytes + WriteExtension(destination[FirstHeaderBytes..], timestamp);
    }

    internal static int WriteNextHeader(Span<byte> destination, byte chunkStream, uint timestamp)
    {
        destination[0] = (byte)(0xC0 | chunkStream);
        return 1 + WriteExtension(destination[1..], timestamp);
    }

    internal static void CheckSizes(int payloadLength, int chunkSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, RtmpLimits.WireMessageBytesMax);
    }

    private static int WriteExtension(Span<byte> destination, uint timestamp)
    {
        if (!IsExtended(timestamp))
        {
            return 0;
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination, timestamp);
        return 4;
    }
}
