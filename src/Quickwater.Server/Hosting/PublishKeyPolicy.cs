using Microsoft.Extensions.Logging;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// Anyone may play. Publishing needs one of the keys, but for programs on this machine when the configuration lets them.
/// Every attempt to publish is logged, without its key.
/// </summary>
internal sealed class PublishKeyPolicy(StreamKeys keys, bool anonymousFromLoopback, ILogger log) : IAccessPolicy
{
    /// <inheritdoc/>
    public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation)
    {
        if (request.Action != StreamAction.Publish)
        {
            return AccessDecision.Allow;
        }

        var (decision, outcome) = Decide(request.Key, request.Connection.IsLoopback);
        var level = decision.Refusal == Reason.None ? LogLevel.Information : LogLevel.Warning;
        if (log.IsEnabled(level))
        {
            Log.PublishAttempt(
                log, level, $"{request.Application}/{request.Stream}", request.Connection.Id, request.Connection.Remote, outcome);
        }

        return decision;
    }

    private (AccessDecision Decision, string Outcome) Decide(string? key, bool loopback) =>
        key is not null && keys.Accepts(key) ? (AccessDecision.AllowAs("holder of a publish key"), "allowed by its key")
        : loopback && anonymousFromLoopback ? (AccessDecision.AllowAs("this machine"), "allowed from this machine")
        : key is null ? (AccessDecision.Deny(Reason.KeyRequired), "refused: it has no key [key_required]")
        : (AccessDecision.Deny(Reason.AccessDenied), "refused: its key is wrong [access_denied]");
}
