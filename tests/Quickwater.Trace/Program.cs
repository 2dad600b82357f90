using Quickwater.Testing;
using Quickwater.Trace;

// Quickwater.Trace RESULTS [--update] [--partial] [--no-skips] [--list]
//   RESULTS     the folder that a test run wrote to
//   --update    write docs/requirements.md; otherwise a stale one is a failed test
//   --partial   the run was filtered: report it, and leave the document alone
//   --no-skips  a skipped test counts as failed (continuous integration)
//   --list      before the run: bring the document's list of tests up to date, keep its states, report nothing
if (args.Length == 0 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("usage: Quickwater.Trace RESULTS [--update] [--partial] [--no-skips] [--list]");
    return 2;
}

var tracing = Tracing.Read();
if (args.Contains("--list"))
{
    File.WriteAllText(Repository.Absolute(RequirementsDocument.FilePath), tracing.Render(tracing.StillMet));
    return 0;
}

var results = TestRun.Read(args[0]).ToList();
results.AddRange(tracing.UnknownIds.Select(id => Failed("requirement ids are known", $"not in the catalogue: {id}")));
if (!args.Contains("--partial"))
{
    var document = tracing.Render(tracing.MetAfter(results));
    if (args.Contains("--update"))
    {
        File.WriteAllText(Repository.Absolute(RequirementsDocument.FilePath), document);
    }
    else if (!string.Equals(document, tracing.Document, StringComparison.Ordinal))
    {
        results.Add(Failed("requirements document is fresh", Stale(tracing.Document, document)));
    }
}

return Report.Write(Console.Out, results, skipsFail: args.Contains("--no-skips"));

static TestResult Failed(string name, string message) => new("trace", name, name, TestOutcome.Failed, message);

static string Stale(string stands, string shouldBe)
{
    var old = stands.Split('\n').ToHashSet(StringComparer.Ordinal);
    var changed = shouldBe.Split('\n').Where(line => !old.Contains(line)).Take(5);
    return $"{RequirementsDocument.FilePath} is stale; run ./test --update and look at the difference. It should say:\n{string.Join('\n', changed)}";
}
