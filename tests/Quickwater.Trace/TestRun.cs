using System.Xml.Linq;
using Quickwater.Testing;

namespace Quickwater.Trace;

/// <summary>Reads what a run left in its results folder: *.trx of the .NET tests, *.junit.xml of the web tests, and
/// steps.tsv for everything else that may pass or fail ("name TAB passed|failed|skipped TAB message").</summary>
public static class TestRun
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Every result, without the long tests that a short run leaves out.</summary>
    public static IReadOnlyList<TestResult> Read(string folder) =>
        Directory.GetFiles(folder, "*.trx").Order(StringComparer.Ordinal).SelectMany(path => FromTrx(XDocument.Load(path)))
            .Concat(Directory.GetFiles(folder, "*.junit.xml").Order(StringComparer.Ordinal).SelectMany(path => FromJunit(XDocument.Load(path))))
            .Concat(Directory.GetFiles(folder, "steps.tsv").SelectMany(File.ReadLines).Select(FromStep))
            .Where(result => result.Outcome != TestOutcome.Skipped || !result.Message.Contains(FullFactAttribute.NotInThisRun, StringComparison.Ordinal))
            .ToArray();

    /// <summary>The results of one TRX document.</summary>
    public static IEnumerable<TestResult> FromTrx(XDocument document)
    {
        var methods = document.Descendants(Trx + "UnitTest").ToLookup(
            test => Text(test, "id"), test => test.Element(Trx + "TestMethod"), StringComparer.Ordinal);
        foreach (var result in document.Descendants(Trx + "UnitTestResult"))
        {
            var method = methods[Text(result, "testId")].FirstOrDefault();
            var outcome = Text(result, "outcome") switch
            {
                "Passed" => TestOutcome.Passed,
                "NotExecuted" => TestOutcome.Skipped,
                _ => TestOutcome.Failed,
            };
            yield return new(Text(method, "className"), Text(method, "name"), Text(result, "testName"), outcome, Message(result, outcome));
        }
    }

    /// <summary>The results of one JUnit document.</summary>
    public static IEnumerable<TestResult> FromJunit(XDocument document) =>
        from test in document.Descendants("testcase")
        let failure = test.Element("failure") ?? test.Element("error")
        let skipped = test.Element("skipped")
        let outcome = failure is not null ? TestOutcome.Failed : skipped is not null ? TestOutcome.Skipped : TestOutcome.Passed
        select new TestResult("web", Text(test, "name"), "web: " + Text(test, "name"), outcome,
            failure is not null ? failure.Value.Trim() : Text(skipped, "message"));

    private static TestResult FromStep(string line)
    {
        var fields = line.Split('\t', 3);
        var outcome = fields.ElementAtOrDefault(1) switch
        {
            "passed" => TestOutcome.Passed,
            "skipped" => TestOutcome.Skipped,
            _ => TestOutcome.Failed,
        };
        return new(TracedTest.StepClass, fields[0], fields[0], outcome, fields.ElementAtOrDefault(2) ?? "");
    }

    // A failure's message and where it happened in our sources; of a skipped test, the reason.
    private static string Message(XElement result, TestOutcome outcome)
    {
        if (outcome == TestOutcome.Passed)
        {
            return "";
        }

        var message = result.Descendants(Trx + "Message").FirstOrDefault()?.Value ?? result.Descendants(Trx + "StdOut").FirstOrDefault()?.Value ?? "";
        var stack = result.Descendants(Trx + "StackTrace").FirstOrDefault()?.Value ?? "";
        return string.Join('\n', message.Trim().Split('\n')
            .Concat(stack.Split('\n').Where(line => line.Contains(":line ", StringComparison.Ordinal)).Take(6)));
    }

    private static string Text(XElement? element, string attribute) => element?.Attribute(attribute)?.Value ?? "";
}
