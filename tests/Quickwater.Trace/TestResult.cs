namespace Quickwater.Trace;

/// <summary>One result of a run.</summary>
/// <param name="Class">The full name of the class, or the step for what is not a .NET test.</param>
/// <param name="Method">The method, without a theory's arguments.</param>
/// <param name="Name">The name to show, with a theory's arguments.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">Why it failed or was skipped; empty when it passed.</param>
public sealed record TestResult(string Class, string Method, string Name, TestOutcome Outcome, string Message);
