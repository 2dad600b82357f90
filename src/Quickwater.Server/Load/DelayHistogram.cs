using System.Numerics;

namespace Quickwater.Server;

/// <summary>Counts delays in buckets of at most 3 % width, from 1 µs to over an hour. Any thread may add.</summary>
internal sealed class DelayHistogram
{
    private const int SubBits = 5;
    private const int Sub = 1 << SubBits;

    private readonly long[] _counts = new long[(32 - SubBits + 1) * Sub];
    private long _most;

    /// <summary>Delays counted.</summary>
    public long Count => _counts.Sum();

    /// <summary>The longest.</summary>
    public TimeSpan Most => TimeSpan.FromMicroseconds(Volatile.Read(ref _most));

    /// <summary>Counts one.</summary>
    public void Add(TimeSpan delay)
    {
        var micros = Math.Clamp((long)delay.TotalMicroseconds, 0, int.MaxValue);
        Interlocked.Increment(ref _counts[Bucket((uint)micros)]);
        var most = Volatile.Read(ref _most);
        while (micros > most)
        {
            most = Math.Max(micros, Interlocked.CompareExchange(ref _most, micros, most));
        }
    }

    /// <summary>The delay that the given share of all did not exceed: the upper end of its bucket. Zero when there are none.</summary>
    public TimeSpan Percentile(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var bucket = 0; bucket < _counts.Length && left > 0; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0)
            {
                return TimeSpan.FromMicroseconds(Math.Min(UpperEnd(bucket), Volatile.Read(ref _most)));
            }
        }

        return TimeSpan.Zero;
    }

    // Below 32 a bucket a microsecond; above, 32 buckets for each doubling.
    private static int Bucket(uint micros)
    {
        var shift = Math.Max(0, BitOperations.Log2(micros | 1) - SubBits);
        return shift == 0 ? (int)micros : (shift * Sub) + (int)(micros >> shift);
    }

    private static long UpperEnd(int bucket)
    {
        var shift = Math.Max(0, (bucket / Sub) - 1);
        return ((bucket - ((long)shift * Sub) + 1) << shift) - 1;
    }
}
