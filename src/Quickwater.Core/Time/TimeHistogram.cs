using System.Numerics;

namespace Quickwater.Core;

/// <summary>
/// Counts spans of time in buckets that grow by about an eighth, from a microsecond to an hour, so that percentiles are within 12 % whatever came.
/// Of fixed size; adding allocates nothing. Written by one turn at a time; may be read from elsewhere, slightly apart.
/// </summary>
public sealed class TimeHistogram
{
    private const int Fine = 8; // buckets for each doubling
    private const int FineBits = 3;
    private const long MicrosecondsMax = 3_600_000_000;

    private readonly long[] _buckets = new long[32 * Fine];
    private long _count;
    private long _maxTicks;

    /// <summary>How many were added.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The longest one.</summary>
    public TimeSpan Max => new(Volatile.Read(ref _maxTicks));

    /// <summary>Adds one; negative ones count as zero.</summary>
    public void Add(TimeSpan span)
    {
        var microseconds = Math.Clamp(span.Ticks / TimeSpan.TicksPerMicrosecond, 0, MicrosecondsMax);
        _buckets[Index((uint)microseconds)]++;
        _maxTicks = Math.Max(_maxTicks, span.Ticks);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The span that such a part of them does not exceed, at most 12 % too long; zero when nothing was added.</summary>
    /// <param name="part">From 0 to 1: 0.99 is the 99th percentile.</param>
    public TimeSpan Percentile(double part)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(part, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, 1);
        var left = (long)Math.Ceiling(part * _count);
        for (var i = 0; i < _buckets.Length && left > 0; i++)
        {
            left -= _buckets[i];
            if (left <= 0)
            {
                return TimeSpan.FromTicks(Math.Min(Top(i) * TimeSpan.TicksPerMicrosecond, _maxTicks));
            }
        }

        return TimeSpan.Zero;
    }

    private static int Index(uint microseconds)
    {
        if (microseconds < Fine)
        {
            return (int)microseconds;
        }

        var power = BitOperations.Log2(microseconds);
        return ((power - FineBits + 1) * Fine) + (int)((microseconds >> (power - FineBits)) & (Fine - 1));
    }

    // The largest number of microseconds in a bucket.
    private static long Top(int index)
    {
        if (index < Fine)
        {
            return index;
        }

        var power = (index / Fine) + FineBits - 1;
        return ((long)(Fine + (index % Fine) + 1) << (power - FineBits)) - 1;
    }
}
