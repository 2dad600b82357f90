using System.Text;
using System.Text.RegularExpressions;

namespace Quickwater.Trace;

/// <summary>docs/requirements.md: the state of every requirement and the tests that show it.</summary>
public static partial class RequirementsDocument
{
    /// <summary>Where the document is, from the root.</summary>
    public const string FilePath = "docs/requirements.md";

    /// <summary>The document for a catalogue, the tests that carry ids, and the ids that are met.</summary>
    public static string Render(IReadOnlyList<Requirement> catalogue, IReadOnlyList<TracedTest> tests, IReadOnlySet<string> met)
    {
        var named = tests.SelectMany(test => test.Ids.Select(id => (Id: id, test.Name)))
            .ToLookup(pair => pair.Id, pair => pair.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        text.Append("# Requirements and the tests that show them\n\n");
        text.Append("Made by `./test --update` from [the catalogue](requirements-catalogue.md) and a test run; never edited by hand.\n");
        text.Append("A requirement is *met* when at least one test that carries its id passed in that run.\n\n");
        text.Append("| System | Met | Total |\n|---|---:|---:|\n");
        foreach (var system in catalogue.GroupBy(item => item.System, StringComparer.Ordinal))
        {
            text.Append($"| {system.Key} | {system.Count(item => met.Contains(item.Id))} | {system.Count()} |\n");
        }

        text.Append($"| All | {catalogue.Count(item => met.Contains(item.Id))} | {catalogue.Count} |\n");
        foreach (var system in catalogue.GroupBy(item => item.System, StringComparer.Ordinal))
        {
            text.Append($"\n## {system.Key}\n");
            foreach (var group in system.GroupBy(item => item.Group, StringComparer.Ordinal))
            {
                text.Append(group.Key.Length > 0 ? $"\n### {group.Key}\n\n" : "\n");
                foreach (var item in group)
                {
                    Append(text, item, met.Contains(item.Id), named[item.Id]);
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The ids that a document calls met.</summary>
    public static IReadOnlySet<string> Met(string document) =>
        Line().Matches(document).Where(match => match.Groups["state"].Value == "met").Select(match => match.Groups["id"].Value)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// The ids that are met after a run. An id none of whose tests ran (a tool was missing, a long test) keeps its former state:
    /// what did not run says nothing.
    /// </summary>
    public static IReadOnlySet<string> MetAfter(IReadOnlyList<TracedTest> tests, IReadOnlyList<TestResult> run, IReadOnlySet<string> before)
    {
        var outcomes = run.ToLookup(result => (result.Class, result.Method), result => result.Outcome);
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in tests.SelectMany(test => test.Ids).Distinct(StringComparer.Ordinal))
        {
            var carriers = tests.Where(test => test.Ids.Contains(id, StringComparer.Ordinal))
                .Select(test => Outcome(outcomes[(test.Class, test.Method)])).ToArray();
            var ran = carriers.Any(outcome => outcome is not null);
            if (carriers.Contains(TestOutcome.Passed) || (!ran && before.Contains(id)))
            {
                met.Add(id);
            }
        }

        return met;
    }

    // A theory passed when none of its cases failed; null when none ran.
    private static TestOutcome? Outcome(IEnumerable<TestOutcome> cases)
    {
        var ran = cases.Where(outcome => outcome != TestOutcome.Skipped).ToArray();
        return ran.Length == 0 ? null : ran.Contains(TestOutcome.Failed) ? TestOutcome.Failed : TestOutcome.Passed;
    }

    private static void Append(StringBuilder text, Requirement item, bool met, IEnumerable<string> tests)
    {
        text.Append($"- **{item.Id}** {(met ? "met" : "open")}: {item.Text}\n");
        foreach (var name in tests.Order(StringComparer.Ordinal))
        {
            text.Append($"  - `{name}`\n");
        }
    }

    [GeneratedRegex(@"^- \*\*(?<id>[A-Z]+-[\d.]+)\*\* (?<state>met|open):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
