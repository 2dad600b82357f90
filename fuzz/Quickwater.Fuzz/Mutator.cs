using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Breaks valid bytes a little: a few changes, each of the kind that a parser may get wrong.</summary>
internal static class Mutator
{
    private const int ChangesMax = 5;
    private const int GrowthMax = 64;

    // Ends of ranges of lengths, counts, ids and times.
    private static readonly uint[] Odd =
    [
        0, 1, 2, 3, 63, 64, 127, 128, 255, 256, 319, 320, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFF, 0x800000, 0xFFFFFE, 0xFFFFFF, 0x1000000,
        0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
    ];

    /// <summary>A changed copy. Only bytes from <paramref name="from"/> on are touched.</summary>
    public static byte[] Mutate(Rng rng, ReadOnlySpan<byte> valid, int from = 0)
    {
        var bytes = new byte[valid.Length + (ChangesMax * GrowthMax)];
        valid.CopyTo(bytes);
        var length = valid.Length;
        for (var i = rng.Between(1, ChangesMax); i > 0 && length > from; i--)
        {
            length = Change(rng, bytes, length, from);
        }

        return bytes[..length];
    }

    private static int Change(Rng rng, byte[] bytes, int length, int from)
    {
        var at = rng.Between(from, length - 1);
        switch (rng.Below(16))
        {
            case < 4:
                bytes[at] ^= (byte)(1 << rng.Below(8));
                return length;
            case < 6:
                bytes[at] = (byte)rng.Next();
                return length;
            case < 8:
                bytes[at] = (byte)Odd[rng.Below(Odd.Length)];
                return length;
            case < 11:
                WriteOdd(rng, bytes.AsSpan(at, length - at));
                return length;
            case < 12:
                rng.Fill(bytes.AsSpan(at, Math.Min(rng.Between(1, 16), length - at)));
                return length;
            case < 13:
                return Remove(bytes, length, at, Math.Min(rng.Between(1, GrowthMax), length - at));
            case < 14:
                return Repeat(bytes, length, at, Math.Min(rng.Between(1, GrowthMax), length - at));
            case < 15:
                bytes.AsSpan(rng.Between(from, length - 1)..length)[..1].CopyTo(bytes.AsSpan(at));
                return length;
            default:
                return rng.Chance(0.5) ? at : length; // it breaks off
        }
    }

    // A field of two, three or four bytes.
    private static void WriteOdd(Rng rng, Span<byte> bytes)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, Odd[rng.Below(Odd.Length)]);
        var piece = value[rng.Below(3)..];
        piece[..Math.Min(piece.Length, bytes.Length)].CopyTo(bytes);
    }

    private static int Remove(byte[] bytes, int length, int at, int count)
    {
        bytes.AsSpan((at + count)..length).CopyTo(bytes.AsSpan(at));
        return length - count;
    }

    private static int Repeat(byte[] bytes, int length, int at, int count)
    {
        bytes.AsSpan(at..length).CopyTo(bytes.AsSpan(at + count));
        return length + count;
    }
}
