using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The option <c>--duration</c> of play and listen.</summary>
internal static class DurationOption
{
    private const double SecondsMin = 0.001;
    private const double SecondsMax = 1_000_000;

    /// <summary>Makes the option.</summary>
    public static Option<double?> Create() =>
        NumberOption.Create("--duration", "Stop after so many seconds.", "SECONDS", SecondsMin, SecondsMax);

    /// <summary>Cancelled after so many seconds; never without.</summary>
    public static CancellationTokenSource Start(double? seconds) =>
        seconds is { } limit ? new CancellationTokenSource(TimeSpan.FromSeconds(limit)) : new CancellationTokenSource();
}
