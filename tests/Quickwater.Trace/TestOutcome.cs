namespace Quickwater.Trace;

/// <summary>How one test, or one case of a theory, ended.</summary>
public enum TestOutcome
{
    /// <summary>It held.</summary>
    Passed,

    /// <summary>It did not hold, or broke.</summary>
    Failed,

    /// <summary>It was not run; its message says why.</summary>
    Skipped,
}
