namespace Quickwater.Client;

/// <summary>How long a client waits between its attempts to connect. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record BackoffOptions
{
    /// <summary>The first wait, before jitter. 10 ms to 1 hour; never zero, so that no failure makes a hot loop.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait, before jitter. From <see cref="First"/> to 1 day.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By how much each wait is longer than the one before. 1 to 10.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>
    /// How much of a wait is left to chance, 0 to 0.9: a wait is between (1 - jitter) of its length and the whole of it, so that the clients
    /// of a server that restarts do not all come back at once.
    /// </summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>Attempts in a row that may fail before the client gives up; null is no limit. The first connection counts.</summary>
    public int? AttemptsMax { get; init; }

    /// <summary>
    /// How long a connection must have worked for the waits to begin anew at <see cref="First"/>. A server that takes a client and
    /// drops it at once is thus asked ever less often.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with these options: one sentence a fault; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (First < TimeSpan.FromMilliseconds(10) || First > TimeSpan.FromHours(1))
        {
            yield return $"first is {First}; allowed is 10 ms to 1 h";
        }

        if (Longest < First || Longest > TimeSpan.FromDays(1))
        {
            yield return $"longest is {Longest}; allowed is first to 1 day";
        }

        if (Factor is not (>= 1 and <= 10))
        {
            yield return $"factor is {Factor}; allowed is 1 to 10";
        }

        if (Jitter is not (>= 0 and <= 0.9))
        {
            yield return $"jitter is {Jitter}; allowed is 0 to 0.9";
        }

        if (AttemptsMax is < 1)
        {
            yield return $"attemptsMax is {AttemptsMax}; allowed is 1 and more";
        }

        if (StableAfter < TimeSpan.Zero)
        {
            yield return $"stableAfter is {StableAfter}; allowed is 0 and longer";
        }
    }
}
