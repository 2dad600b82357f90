namespace Quickwater.Net;

/// <summary>
/// When a shard polls its socket at an interval instead of being woken for each datagram: at many small datagrams a second, being woken is what costs most.
/// docs/adr/0051 has the figures. Linux only.
/// </summary>
/// <param name="PacketsPerSecondMin">From this rate on. At least 100. Default 2,000: one each 0.5 ms.</param>
/// <param name="Interval">How long it lets datagrams wait at most, besides what the system is late. 0 turns it off; at most 20 ms. Default 0.5 ms.</param>
public readonly record struct ReceiveCoalescing(int PacketsPerSecondMin, TimeSpan Interval)
{
    /// <summary>2,000 datagrams a second, 0.5 ms.</summary>
    public static ReceiveCoalescing Default => new(2000, TimeSpan.FromMicroseconds(500));

    /// <summary>A wake for whatever comes, at any rate.</summary>
    public static ReceiveCoalescing Off => new(2000, TimeSpan.Zero);

    internal bool IsValid => PacketsPerSecondMin >= 100 && Interval >= TimeSpan.Zero && Interval <= TimeSpan.FromMilliseconds(20);
}
