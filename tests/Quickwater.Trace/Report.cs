namespace Quickwater.Trace;

/// <summary>Prints a run: what was skipped, what failed and why, and last the one line that counts.</summary>
public static class Report
{
    /// <summary>Writes the report.</summary>
    /// <returns>The exit code: 0 when nothing failed and something passed, else 1.</returns>
    public static int Write(TextWriter output, IReadOnlyList<TestResult> results, bool skipsFail)
    {
        var skipped = results.Where(result => result.Outcome == TestOutcome.Skipped).ToArray();
        var failed = results.Where(result => result.Outcome == TestOutcome.Failed).ToArray();
        foreach (var result in skipped)
        {
            output.WriteLine($"SKIPPED {result.Name}: {result.Message.ReplaceLineEndings(" ")}");
        }

        foreach (var result in failed)
        {
            output.WriteLine($"FAILED {result.Name}");
            output.WriteLine("    " + result.Message.ReplaceLineEndings("\n    "));
        }

        var passed = results.Count - skipped.Length - failed.Length;
        var failures = failed.Length + (skipsFail ? skipped.Length : 0);
        if (skipsFail && skipped.Length > 0)
        {
            output.WriteLine($"In CI no test may be skipped: {skipped.Length} skipped count as failed.");
        }

        var tail = !skipsFail && skipped.Length > 0 ? $", {skipped.Length} skipped" : "";
        output.WriteLine($"{passed} passed, {failures} failed{tail}");
        return failures == 0 && passed > 0 ? 0 : 1;
    }
}
