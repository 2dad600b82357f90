using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>An application's own check, whose answer is the test's: at once, or later by mailbox.</summary>
internal sealed class Doorkeeper(Func<string, AccessDecision> decide) : IRpcAuthenticator
{
    /// <summary>One that answers later.</summary>
    public Doorkeeper()
        : this(static _ => AccessDecision.Later)
    {
    }

    public List<(string Token, IMailbox Mailbox, uint Correlation)> Asked { get; } = [];

    public AccessDecision Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        Asked.Add((token, mailbox, correlation));
        return decide(token);
    }

    /// <summary>Answers the latest question.</summary>
    public void Answer(Reason refusal, object? payload = null)
    {
        var (_, mailbox, correlation) = Asked[^1];
        mailbox.Post(Command.Answer(correlation, refusal, payload));
    }
}
