using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>How an input ended.</summary>
/// <param name="Reason">Why it was refused or closed; None when it was good to its end.</param>
/// <param name="PastHandshake">For a session: whether its handshake was complete.</param>
internal readonly record struct FuzzOutcome(Reason Reason, bool PastHandshake = false);
