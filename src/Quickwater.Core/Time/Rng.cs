using System.Numerics;

namespace Quickwater.Core;

/// <summary>
/// A small seeded generator (xoshiro256**, Blackman and Vigna 2018), for everything that must be repeatable. The same seed gives the same
/// numbers on every machine. Not for secrets, and not thread-safe: fork one for each owner.
/// </summary>
public sealed class Rng
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Makes a generator; every seed, zero included, is a good one.</summary>
    public Rng(ulong seed)
    {
        // SplitMix64, as the generator's authors advise, so that similar seeds give unlike streams.
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>, which is at least 1.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(Next(), (ulong)bound, out _);
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True with the given probability, 0 to 1.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills the span.</summary>
    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            BitConverter.TryWriteBytes(bytes, Next());
            bytes = bytes[8..];
        }

        for (var rest = Next(); bytes.Length > 0; bytes = bytes[1..], rest >>= 8)
        {
            bytes[0] = (byte)rest;
        }
    }

    /// <summary>A generator of its own for a part of the work: its numbers do not depend on how much the others draw.</summary>
    public Rng Fork() => new(Next());

    private static ulong Mix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
