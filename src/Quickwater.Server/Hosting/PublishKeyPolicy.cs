using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>
/// Anyone may play. Publishing needs one of the keys; without any key programs on this machine may, when the configuration lets them. A wrong key is refused wherever it
/// comes from.
/// </summary>
internal sealed class PublishKeyPolicy(StreamKeys keys, bool anonymousFromLoopback) : IAccessPolicy
{
    /// <inheritdoc/>
    public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation) =>
        request.Action != StreamAction.Publish ? AccessDecision.Allow
        : request.Key is { Length: > 0 } key ? (keys.Accepts(key) ? AccessDecision.AllowAs("holder of a publish key") : AccessDecision.Deny(Reason.AccessDenied))
        : anonymousFromLoopback && request.Connection.IsLoopback ? AccessDecision.AllowAs("this machine")
        : AccessDecision.Deny(Reason.KeyRequired);
}
