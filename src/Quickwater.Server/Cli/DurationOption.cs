using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The option <c>--duration</c> of play and listen.</summary>
internal static class DurationOption
{
    /// <summary>Makes the option.</summary>
    public static Option<double?> Create()
    {
        var duration = new Option<double?>("--duration") { Description = "Stop after so many seconds.", HelpName = "SECONDS" };
        duration.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (null or > 0 and < 1e6))
            {
                result.AddError("--duration must be a number above 0.");
            }
        });
        return duration;
    }

    /// <summary>Cancelled after so many seconds; never without.</summary>
    public static CancellationTokenSource Start(double? seconds) =>
        seconds is { } limit ? new CancellationTokenSource(TimeSpan.FromSeconds(limit)) : new CancellationTokenSource();
}
