namespace Quickwater.Core;

/// <summary>The only way into a running session from outside its turn. Thread-safe; never blocks, never runs the session inline.</summary>
public interface IMailbox
{
    /// <summary>Asks for a turn: something the session looks at in <see cref="ISession.Transmit"/> has changed. Coalesced.</summary>
    void Wake();

    /// <summary>Leaves a command and asks for a turn. False when the session is over or its mailbox is full of answers.</summary>
    bool Post(in Command command);
}
