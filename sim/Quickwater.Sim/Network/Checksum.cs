using System.Runtime.InteropServices;

namespace Quickwater.Sim;

/// <summary>Tells whether bytes are still what they were. Quick rather than strong: nobody forges here.</summary>
internal static class Checksum
{
    private const ulong Multiplier = 0xFF51AFD7ED558CCD;

    internal static ulong Of(ReadOnlySpan<ArraySegment<byte>> pieces)
    {
        var sum = 0x9E3779B97F4A7C15UL;
        foreach (var piece in pieces)
        {
            var bytes = piece.AsSpan();
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            {
                sum = Mix(sum, word);
            }

            foreach (var rest in bytes[(bytes.Length & ~7)..])
            {
                sum = Mix(sum, rest);
            }
        }

        return sum;
    }

    // The shift carries high bits down: a product alone would keep a change in the top bit of a word there.
    private static ulong Mix(ulong sum, ulong word)
    {
        sum = (sum ^ word) * Multiplier;
        return sum ^ (sum >> 29);
    }
}
