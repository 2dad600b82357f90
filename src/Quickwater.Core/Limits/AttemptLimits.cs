namespace Quickwater.Core;

/// <summary>How often somebody may fail to authenticate; <see cref="AttemptLedger"/> keeps to it. Immutable.</summary>
public sealed record AttemptLimits
{
    /// <summary>
    /// Failed attempts of one address (IPv4 address or IPv6 /64 network) within a minute; the last of them, and every attempt from there while it is refused, has
    /// <see cref="Reason.TooManyAttempts"/>. 1 to 1,000,000; the default, 20, leaves room for many callers behind one translated address that have an old token.
    /// </summary>
    public int FailuresPerMinuteMax { get; init; } = 20;

    /// <summary>How long an address is refused that reached it, with a right secret too. 1 s to 24 h.</summary>
    public TimeSpan RefusedFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with these limits: one sentence a fault, without a full stop; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (FailuresPerMinuteMax is < 1 or > 1_000_000)
        {
            yield return $"failuresPerMinuteMax is {FailuresPerMinuteMax}; allowed is 1 to 1000000";
        }

        if (RefusedFor < TimeSpan.FromSeconds(1) || RefusedFor > TimeSpan.FromHours(24))
        {
            yield return $"refusedFor is {RefusedFor}; allowed is 1 s to 24 h";
        }
    }
}
