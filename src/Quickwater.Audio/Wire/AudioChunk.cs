using System.Buffers.Binary;

namespace Quickwater.Audio;

/// <summary>An audio message's body, read in place.</summary>
/// <remarks>
/// <code>
///    0               8                   16
///   ┌───────────────┬───────────────────┬────────────────────────────────────┐
///   │ sequence u64  │ time u64, µs      │ samples, interleaved, little-endian│
///   └───────────────┴───────────────────┴────────────────────────────────────┘
/// </code>
/// The sequence number counts the station's chunks, so that a client sees what it was made to skip. The time is when the first sample was due,
/// on the server's clock.
/// </remarks>
/// <param name="sequence">The station's number of the chunk.</param>
/// <param name="microseconds">When it was due.</param>
/// <param name="samples">Whole sample frames.</param>
public readonly ref struct AudioChunk(long sequence, long microseconds, ReadOnlySpan<byte> samples)
{
    /// <summary>The station's number of the chunk.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>When the first sample was due, in microseconds of the server's clock.</summary>
    public long Microseconds { get; } = microseconds;

    /// <summary>Whole sample frames.</summary>
    public ReadOnlySpan<byte> Samples { get; } = samples;

    /// <summary>Reads a body; false when it is shorter than its prefix.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out AudioChunk chunk)
    {
        if (body.Length < AudioWire.AudioPrefixBytes)
        {
            chunk = default;
            return false;
        }

        chunk = new AudioChunk(
            BinaryPrimitives.ReadInt64BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[8..]), body[AudioWire.AudioPrefixBytes..]);
        return true;
    }

    /// <summary>Writes what stands in front of the samples.</summary>
    public static void WritePrefix(Span<byte> prefix, long sequence, long microseconds)
    {
        BinaryPrimitives.WriteInt64BigEndian(prefix, sequence);
        BinaryPrimitives.WriteInt64BigEndian(prefix[8..], microseconds);
    }
}
