using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>
/// Asks your own check who calls: a task on the thread pool, whose answer comes to the connection by mailbox. It gives the caller's name, or null to refuse. An exception is
/// told to <see cref="RpcServer.Faulted"/> and answered with <see cref="RpcErrorCode.InternalError"/>. After <see cref="RpcLimits.AccessTimeout"/> nobody waits for it
/// any more. Thread-safe.
/// </summary>
/// <param name="check">The check, given the token, which is secret, and where it comes from. It must come to an end by itself: see <paramref name="checksMax"/>.</param>
/// <param name="checksMax">
/// Checks at once, those counted for whose answer nobody waits: without a bound, who connects again and again would pile them up. One more is answered like one that takes too
/// long.
/// </param>
public sealed class RpcTaskAuthenticator(Func<string, ConnectionInfo, ValueTask<string?>> check, int checksMax = 1000) : IRpcAuthenticator
{
    private readonly CountLimit _checks = new(checksMax, Reason.AccessTimeout);

    /// <inheritdoc/>
    public AccessDecision Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        var full = _checks.TryEnter();
        if (full != Reason.None)
        {
            return AccessDecision.Deny(full);
        }

        ThreadPool.UnsafeQueueUserWorkItem(new Work(this, token, connection, mailbox, correlation), preferLocal: false);
        return AccessDecision.Later;
    }

    private async Task RunAsync(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        Command answer;
        try
        {
            var name = await check(token, connection);
            answer = Command.Answer(correlation, name is null ? Reason.AccessDenied : Reason.None, name);
        }
        catch (Exception fault)
        {
            answer = Command.Answer(correlation, Reason.LocalFault, fault);
        }

        _checks.Leave();
        mailbox.Post(answer);
    }

    private sealed class Work(RpcTaskAuthenticator asked, string token, ConnectionInfo connection, IMailbox mailbox, uint correlation) : IThreadPoolWorkItem
    {
        // The task ends with an answer, whatever happens: there is nothing to wait for.
        public void Execute() => _ = asked.RunAsync(token, connection, mailbox, correlation);
    }
}
