namespace Quickwater.Core;

/// <summary>
/// Something that lives by time and is no connection: a station that paces its source, a game room. Its <see cref="Ticker"/> calls it from one turn
/// at a time, so it needs no locks; like a session it must not block, await or throw.
/// </summary>
public interface ITicked
{
    /// <summary>
    /// Does what is due and returns the next time it wants to be called, or <see cref="Instant.Never"/> for "when woken". May be called early.
    /// </summary>
    Instant Tick(Instant now);

    /// <summary>It is over: lets go of everything it holds. Called once, as the last call.</summary>
    void Stop(Reason why, Instant now);
}
