using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>How far a place in a ring is behind the live edge.</summary>
/// <param name="Time">On the stream's own clock, which knows no jumps.</param>
/// <param name="Bytes">Encoded bytes.</param>
internal readonly record struct Lag(TimeSpan Time, long Bytes)
{
    /// <summary>Whether it is near enough for every frame: nothing is thinned, and a viewer that dropped starts again here.</summary>
    internal bool IsCalm(SubscribeOptions options) =>
        Time <= options.DisposableLagTimeMax && Time <= options.LagTimeMax && Bytes <= options.LagBytesMax / 2;

    /// <summary>Whether a key alone still goes out while what builds on it does not.</summary>
    internal bool KeepsKeys(SubscribeOptions options) =>
        Time <= options.KeyLagTimeMax && Bytes / 3 <= options.LagBytesMax / 2;
}
