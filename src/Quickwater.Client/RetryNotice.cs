namespace Quickwater.Client;

/// <summary>Tells that a connection failed and will be tried again.</summary>
/// <param name="Failure">What happened.</param>
/// <param name="Wait">How long until the next attempt.</param>
public readonly record struct RetryNotice(ClientFailure Failure, TimeSpan Wait);
