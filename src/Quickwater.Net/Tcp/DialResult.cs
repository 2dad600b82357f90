using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>What came of a dial.</summary>
/// <param name="Transport">The connection, which the caller owns; null when it failed.</param>
/// <param name="Reason">Why it failed.</param>
public readonly record struct DialResult(ITransport? Transport, Reason Reason);
