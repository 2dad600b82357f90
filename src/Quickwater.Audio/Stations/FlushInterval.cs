namespace Quickwater.Audio;

/// <summary>
/// How long a station gathers chunks before it wakes its listeners. A wake with its send costs the same whether it carries one chunk or five, so
/// with many listeners gathering saves most of the work; with few there is nothing to save, and they get every chunk at once.
/// </summary>
internal static class FlushInterval
{
    // What one wake and one small send cost on a two-core machine, about; and the part of a core that they may take before gathering begins.
    private static readonly TimeSpan s_sendCost = TimeSpan.FromMicroseconds(6);
    private const double CoreShare = 0.02;

    // A thread that slept costs some twenty sends until it is at work, so a part is not worth a wake of its own unless it is many times that.
    private const int PartMin = 250;

    // A send above it gains nothing (docs/adr/0003): at high rates there is no use in gathering for longer.
    private const int SendBytes = 64 * 1024;

    /// <summary>From the chunk's time to the latency, in whole chunks.</summary>
    /// <param name="chunk">Audio in a chunk.</param>
    /// <param name="latencyMax">The longest interval.</param>
    /// <param name="listeners">Listeners now.</param>
    /// <param name="bytesPerSecond">The rate of the audio.</param>
    internal static TimeSpan Of(TimeSpan chunk, TimeSpan latencyMax, int listeners, long bytesPerSecond)
    {
        var forCost = s_sendCost * (listeners / CoreShare);
        var forSize = TimeSpan.FromSeconds(SendBytes / (double)Math.Max(1, bytesPerSecond));
        var wanted = forCost < forSize ? forCost : forSize;
        var most = Math.Max(1, latencyMax.Ticks / chunk.Ticks);
        return chunk * Math.Clamp(wanted.Ticks / chunk.Ticks, 1, most);
    }

    /// <summary>
    /// How many parts of the listeners take turns within an interval: the last of many waits for the sends to all before it. In whole chunks.
    /// </summary>
    /// <param name="chunks">Chunks in the interval.</param>
    /// <param name="listeners">Listeners now.</param>
    internal static int Parts(int chunks, int listeners)
    {
        var parts = Math.Clamp(listeners / PartMin, 1, chunks);
        while (chunks % parts != 0)
        {
            parts--;
        }

        return parts;
    }
}
