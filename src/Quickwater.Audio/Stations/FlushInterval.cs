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
}
