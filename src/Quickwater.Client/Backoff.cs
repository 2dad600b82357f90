using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>
/// The waits between attempts: each longer than the one before up to a longest, with jitter drawn from a seeded generator. It reads no
/// clock: the caller waits, on whatever <see cref="TimeProvider"/> it has. Not thread-safe.
/// </summary>
public sealed class Backoff
{
    private readonly Rng _rng;
    private TimeSpan _next;
    private int _failed;

    /// <summary>Makes one that has seen no failure.</summary>
    /// <param name="options">The waits.</param>
    /// <param name="rng">Draws the jitter; owned by this object from now on.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public Backoff(BackoffOptions options, Rng rng)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        Options = options;
        _rng = rng;
        _next = options.First;
    }

    /// <summary>The options.</summary>
    public BackoffOptions Options { get; }

    /// <summary>Notes that an attempt, or a connection, has failed.</summary>
    /// <param name="worked">How long the connection had worked before; zero when there was none.</param>
    /// <returns>How long to wait before the next attempt, or null when there shall be none.</returns>
    public TimeSpan? Failed(TimeSpan worked)
    {
        if (worked > TimeSpan.Zero && worked >= Options.StableAfter)
        {
            _failed = 0;
            _next = Options.First;
        }

        if (++_failed >= Options.AttemptsMax)
        {
            return null;
        }

        var wait = _next * (1 - (Options.Jitter * _rng.Unit()));
        var longer = _next * Options.Factor;
        _next = longer < Options.Longest ? longer : Options.Longest;
        return wait;
    }
}
