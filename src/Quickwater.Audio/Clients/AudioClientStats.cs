using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>What a client counts, over one connection or several in a row. Written by its session's turn; may be read from elsewhere, slightly apart.</summary>
public sealed class AudioClientStats
{
    private long _bytes;
    private long _sampleBytes;
    private long _chunks;
    private long _missing;
    private long _repeated;

    /// <summary>Bytes received, messages of all kinds.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes of samples.</summary>
    public long SampleBytes => Volatile.Read(ref _sampleBytes);

    /// <summary>Chunks received.</summary>
    public long Chunks => Volatile.Read(ref _chunks);

    /// <summary>Chunks that never came, by the gaps between sequence numbers.</summary>
    public long Missing => Volatile.Read(ref _missing);

    /// <summary>Chunks that came twice or late: always 0 with a server that keeps the protocol.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <summary>From the instant a chunk was due, by the server's clock, to its receipt. Only once the clock is known; the burst counts.</summary>
    public TimeHistogram Lag { get; } = new();

    /// <summary>How much later than the quickest chunk each one came after its time.</summary>
    public TimeHistogram Jitter { get; } = new();

    /// <summary>The lag of the latest chunk.</summary>
    public TimeSpan LatestLag { get; private set; }

    private long Quickest { get; set; } = long.MaxValue;

    private long Next { get; set; } = -1;

    /// <summary>Another connection begins: its numbers and its clock have nothing to do with those before.</summary>
    internal void Begin()
    {
        Quickest = long.MaxValue;
        Next = -1;
    }

    internal void Received(int bytes) => Volatile.Write(ref _bytes, _bytes + bytes);

    internal void Heard(in AudioChunk chunk, ServerClock clock, Instant now)
    {
        Volatile.Write(ref _chunks, _chunks + 1);
        Volatile.Write(ref _sampleBytes, _sampleBytes + chunk.Samples.Length);
        if (Next >= 0 && chunk.Sequence > Next)
        {
            var gap = chunk.Sequence - Next;
            Volatile.Write(ref _missing, _missing + Math.Min(gap, long.MaxValue - _missing));
        }
        else if (chunk.Sequence < Next)
        {
            Volatile.Write(ref _repeated, _repeated + 1);
        }

        Next = Math.Max(Next, chunk.Sequence == long.MaxValue ? long.MaxValue : chunk.Sequence + 1); // numbers are the server's to choose
        var local = now.Ticks / TimeSpan.TicksPerMicrosecond;
        var transit = unchecked(local - chunk.Microseconds);
        Quickest = Math.Min(Quickest, transit);
        Jitter.Add(Microseconds(transit - Quickest));
        if (clock.Samples > 0)
        {
            LatestLag = Microseconds(clock.ToServer(local) - chunk.Microseconds);
            Lag.Add(LatestLag);
        }
    }

    // The times are the server's to choose.
    private static TimeSpan Microseconds(long count) =>
        TimeSpan.FromTicks(Math.Clamp(count, 0, 1L << 40) * TimeSpan.TicksPerMicrosecond);
}
