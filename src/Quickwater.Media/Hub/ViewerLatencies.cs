using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What a viewer may choose by the parameter <c>latency</c>, on the name it plays or in the query of its URL: <c>latency=low</c> or
/// <c>latency=normal</c>. Any other value is as if it were not there. Immutable.
/// </summary>
public sealed record ViewerLatencies
{
    /// <summary>Bounds of <c>latency=normal</c>.</summary>
    public SubscribeOptions Normal { get; init; } = new();

    /// <summary>Bounds of <c>latency=low</c>: by default at most 500 ms behind the live edge.</summary>
    public SubscribeOptions Low { get; init; } = new SubscribeOptions().LowLatency(TimeSpan.FromMilliseconds(500));

    /// <summary>The bounds of a viewer.</summary>
    /// <param name="asked">The value of the parameter; null if it is not there.</param>
    /// <param name="usual">The bounds of those who do not choose.</param>
    public SubscribeOptions Choose(string? asked, SubscribeOptions usual) => asked switch
    {
        "low" => Low,
        "normal" => Normal,
        _ => usual,
    };
}
