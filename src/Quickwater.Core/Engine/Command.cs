namespace Quickwater.Core;

/// <summary>What a <see cref="Command"/> asks for.</summary>
public enum CommandKind
{
    /// <summary>Finish what is under way, then end: the server drains. Coalesced.</summary>
    Drain,

    /// <summary>End now, telling the peer why if the protocol can. Coalesced; the first reason wins.</summary>
    Kick,

    /// <summary>An answer to a question that the session asked, matched by <see cref="Command.Correlation"/>. Queued, bounded.</summary>
    Answer,
}

/// <summary>A message to a session, delivered by its connection's mailbox at the start of a turn.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Reason">Why; for an answer, the decision (<see cref="Reason.None"/> is yes).</param>
/// <param name="Correlation">For an answer, the number the session gave its question; stale ones are ignored.</param>
/// <param name="Payload">For an answer, what comes with it.</param>
public readonly record struct Command(
    CommandKind Kind, Reason Reason = Reason.None, uint Correlation = 0, object? Payload = null)
{
    /// <summary>The command to drain.</summary>
    public static Command Drain => new(CommandKind.Drain, Reason.Drained);

    /// <summary>The command to end for a reason.</summary>
    public static Command Kick(Reason why) => new(CommandKind.Kick, why);

    /// <summary>The answer to question <paramref name="correlation"/>.</summary>
    public static Command Answer(uint correlation, Reason decision, object? payload = null) =>
        new(CommandKind.Answer, decision, correlation, payload);
}
