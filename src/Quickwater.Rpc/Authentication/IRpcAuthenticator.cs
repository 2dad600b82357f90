using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Says who calls. Asked within a turn, so it never blocks: what needs a database or a web request is answered later by mailbox, and the connection waits in a state,
/// reading nothing. `Quickwater.Hosting` has it for tasks. Thread-safe.
/// </summary>
public interface IRpcAuthenticator
{
    /// <summary>
    /// Decides, with the caller's name as the identity, or says that the answer comes to the mailbox under the correlation number. It is not asked while the address is
    /// refused, and its yes does not count when the address came to be refused meanwhile. A no counts for the address when its reason is one of <see cref="Fault.Policy"/>
    /// and not <see cref="Reason.AccessTimeout"/>.
    /// </summary>
    /// <param name="token">What the caller gave, 1 to <see cref="RpcTokens.TokenCharactersMax"/> characters. Secret.</param>
    /// <param name="connection">Where it comes from.</param>
    /// <param name="mailbox">Where a late answer goes: <see cref="Command.Answer"/> with the name, or the exception of a check that failed, as its payload.</param>
    /// <param name="correlation">The number of a late answer.</param>
    AccessDecision Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation);
}
