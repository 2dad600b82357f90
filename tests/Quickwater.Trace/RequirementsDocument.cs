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
        var named = tests.SelectMany(test => test.Marks.Select(mark => (Mark: mark, test.Name)))
            .ToLookup(pair => pair.Mark, pair => pair.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        text.Append("# Requirements and the tests that show them\n\n");
        text.Append("Made by `./test --update` from [the catalogue](requirements-catalogue.md), [its clauses](requirements-clauses.md) and a test run; never edited by hand.\n");
        text.Append("A requirement is *met* when every clause of it has a test and every test that carries its id ran and passed. A test that did not run\n");
        text.Append("(a long one, or one whose tool is missing) leaves the state as it was.\n\n");
        text.Append("| System | Met | Total |\n|---|---:|---:|\n");
        foreach (var system in catalogue.GroupBy(item => item.System, StringComparer.Ordinal))
        {
            text.Append($"| {system.Key} | {system.Count(item => met.Contains(item.Id))} | {system.Count()} |\n");
        }

        text.Append($"| All | {catalogue.Count(item => met.Contains(item.Id))} | {catalogue.Count} |\n");
        AppendGaps(text, catalogue, named);
        foreach (var system in catalogue.GroupBy(item => item.System, StringComparer.Ordinal))
        {
            text.Append($"\n## {system.Key}\n");
            foreach (var group in system.GroupBy(item => item.Group, StringComparer.Ordinal))
            {
                text.Append(group.Key.Length > 0 ? $"\n### {group.Key}\n\n" : "\n");
                foreach (var item in group)
                {
                    Append(text, item, met.Contains(item.Id), named);
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The ids that a document calls met.</summary>
    public static IReadOnlySet<string> Met(string document) =>
        Line().Matches(document).Where(match => match.Groups["state"].Value == "met").Select(match => match.Groups["id"].Value)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The ids of which every clause has a test that carries it, or, without clauses, the id itself.</summary>
    public static IEnumerable<string> Shown(IReadOnlyList<Requirement> catalogue, IReadOnlyList<TracedTest> tests)
    {
        var carried = tests.SelectMany(test => test.Marks).ToHashSet(StringComparer.Ordinal);
        return catalogue.Where(item => item.Marks.All(carried.Contains)).Select(item => item.Id);
    }

    /// <summary>
    /// The ids that are met after a run: every clause has a test, and every test that carries the id ran and passed. While some of them did
    /// not run (a tool was missing, a long test), an id is met only if it was before: what did not run says nothing.
    /// </summary>
    public static IReadOnlySet<string> MetAfter(
        IReadOnlyList<Requirement> catalogue, IReadOnlyList<TracedTest> tests, IReadOnlyList<TestResult> run, IReadOnlySet<string> before)
    {
        var outcomes = run.ToLookup(result => (result.Class, result.Method), result => result.Outcome);
        return Shown(catalogue, tests).Where(IsMet).ToHashSet(StringComparer.Ordinal);

        bool IsMet(string id)
        {
            var carriers = tests.Where(test => test.Carries(id)).Select(test => Outcome(outcomes[(test.Class, test.Method)])).ToArray();
            return !carriers.Contains(TestOutcome.Failed) && (!carriers.Contains(null) || before.Contains(id));
        }
    }

    // A theory passed when none of its cases failed; null when none ran.
    private static TestOutcome? Outcome(IEnumerable<TestOutcome> cases)
    {
        var ran = cases.Where(outcome => outcome != TestOutcome.Skipped).ToArray();
        return ran.Length == 0 ? null : ran.Contains(TestOutcome.Failed) ? TestOutcome.Failed : TestOutcome.Passed;
    }

    // Requirements that have some tests, but not for all they ask for. Those without any test are open, and say so themselves.
    private static void AppendGaps(StringBuilder text, IReadOnlyList<Requirement> catalogue, ILookup<string, string> named)
    {
        var gaps = catalogue.Where(item => item.Marks.Append(item.Id).Any(named.Contains))
            .SelectMany(item => item.Clauses.Where(clause => !named.Contains($"{item.Id}/{clause.Name}")).Select(clause => (item.Id, Clause: clause))).ToArray();
        if (gaps.Length > 0)
        {
            text.Append("\n## Clauses without a test\n\n");
        }

        foreach (var (id, clause) in gaps)
        {
            text.Append($"- {id}/{clause.Name}: {clause.Text}\n");
        }
    }

    private static void Append(StringBuilder text, Requirement item, bool met, ILookup<string, string> named)
    {
        text.Append($"- **{item.Id}** {(met ? "met" : "open")}: {item.Text}\n");
        AppendTests(text, "  ", named[item.Id]);
        foreach (var clause in item.Clauses)
        {
            text.Append($"  - *{clause.Name}*: {clause.Text}\n");
            AppendTests(text, "    ", named[$"{item.Id}/{clause.Name}"]);
        }
    }

    private static void AppendTests(StringBuilder text, string indent, IEnumerable<string> names)
    {
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            text.Append($"{indent}- `{name}`\n");
        }
    }

    [GeneratedRegex(@"^- \*\*(?<id>[A-Z]+-[\d.]+)\*\* (?<state>met|open):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
