namespace Quickwater.Core;

/// <summary>What is known of a <see cref="Reason"/>, for people, logs and metrics.</summary>
/// <param name="Tag">The metric tag, in snake case; stable.</param>
/// <param name="Text">A clause for logs and pages, without a full stop.</param>
/// <param name="Fault">Whose doing it is.</param>
/// <param name="Severity">The level at which an end for this reason is logged.</param>
public readonly record struct ReasonInfo(string Tag, string Text, Fault Fault, Severity Severity);
