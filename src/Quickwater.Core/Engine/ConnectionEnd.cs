namespace Quickwater.Core;

/// <summary>
/// How long a connection that has ended may still take, and what its end is called. Who ends in the orderly way is given what it is owed. Who has reached a
/// limit or broken a rule is told so, for a moment: otherwise a peer that does not read would keep its place that much longer than the limit says
/// (docs/adr/0037).
/// </summary>
internal static class ConnectionEnd
{
    /// <summary>Whether what the session still has to say must reach the peer.</summary>
    internal static bool IsOrderly(Reason ended) => Reasons.Describe(ended).Fault is Fault.None or Fault.Local or Fault.Shutdown;

    /// <summary>When an ended session's last words are given up.</summary>
    /// <param name="ended">Why it ended.</param>
    /// <param name="sendingSince">When the send in flight began: a peer that did not read for a moment by then has had its moment.</param>
    /// <param name="options">The limits.</param>
    /// <param name="now">The present instant.</param>
    internal static Instant FlushUntil(Reason ended, Instant sendingSince, EngineOptions options, Instant now) => IsOrderly(ended)
        ? now + options.FlushTimeout
        : Instant.Earlier(now, sendingSince) + Shorter(options.FarewellTimeout, options.FlushTimeout);

    /// <summary>When the peer's own end is waited for no longer.</summary>
    internal static Instant LingerUntil(Reason ended, EngineOptions options, Instant now) =>
        now + (IsOrderly(ended) ? options.LingerTimeout : Shorter(options.FarewellTimeout, options.LingerTimeout));

    /// <summary>What the end is called: the session's reason came first and wins.</summary>
    /// <param name="said">The session's reason.</param>
    /// <param name="why">Why the connection is closed now.</param>
    /// <param name="isWhole">Whether the peer has everything that was sent.</param>
    internal static Reason Why(Reason said, Reason why, bool isWhole) => said switch
    {
        Reason.None => why == Reason.None ? Reason.PeerClosed : why,

        // It says that everything owed was delivered: that is not so when the peer is cut off before it took all of it.
        Reason.Drained when why is Reason.DrainTimeout or Reason.ForcedStop && !isWhole => why,
        _ => said,
    };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
