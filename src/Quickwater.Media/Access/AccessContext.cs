using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What was asked of the access policy and whom it took the asker for. A session keeps it as long as it does what was allowed, so that
/// later questions about the same stream need not be asked of the peer again. Holds secrets: it is never logged whole.
/// </summary>
/// <param name="Request">The question: action, name, key, parameters, connection.</param>
/// <param name="Identity">The policy's word for the asker, if it gave one.</param>
public sealed record AccessContext(AccessRequest Request, string? Identity);
