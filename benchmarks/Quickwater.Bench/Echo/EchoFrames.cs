using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Bench;

/// <summary>
/// The 12-byte frame of the floors: magic, id, length of the payload, 32 bits each, big-endian. Echoes whole frames, one by one, as a
/// server that answers each request would.
/// </summary>
internal static class EchoFrames
{
    private const int HeaderBytes = 12;
    private const uint Magic = 0xC0DEBABE;
    private const uint PayloadMax = 60_000;

    /// <summary>
    /// The length of the whole frame at the front of the input; negative when these bytes are no frame. False when more is needed.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out int frame)
    {
        frame = -1;
        if (input.Length < HeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(input[8..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(input) != Magic || length > PayloadMax)
        {
            return true;
        }

        frame = HeaderBytes + (int)length;
        return input.Length >= frame;
    }

    /// <summary>Writes every whole frame into the batch while it has room; the bytes taken, or -1 for a wrong frame.</summary>
    public static int Answer(ReadOnlySpan<byte> input, SendBatch batch)
    {
        var at = 0;
        while (batch.Room > 0 && TryRead(input[at..], out var frame))
        {
            if (frame < 0)
            {
                return -1;
            }

            batch.Write(input.Slice(at, frame));
            at += frame;
        }

        return at;
    }
}
