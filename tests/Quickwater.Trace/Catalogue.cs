using System.Text.RegularExpressions;

namespace Quickwater.Trace;

/// <summary>
/// The requirement catalogue, docs/requirements-catalogue.md: "## system", "### group", "- ID text"; and beside it
/// docs/requirements-clauses.md: "- ID/clause text".
/// </summary>
public static partial class Catalogue
{
    /// <summary>Where the catalogue is, from the root.</summary>
    public const string FilePath = "docs/requirements-catalogue.md";

    /// <summary>Where the clauses are, from the root.</summary>
    public const string ClausesPath = "docs/requirements-clauses.md";

    /// <summary>Every requirement with its clauses, in the catalogue's order.</summary>
    /// <exception cref="FormatException">
    /// An id or a clause stands twice, a requirement stands under no system, or a clause is of no requirement.
    /// </exception>
    public static IReadOnlyList<Requirement> Parse(string text, string clauses = "")
    {
        var of = ParseClauses(clauses);
        var requirements = Parse(text).Select(item => item with { Clauses = of[item.Id].ToArray() }).ToArray();
        var known = requirements.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        return of.FirstOrDefault(clause => !known.Contains(clause.Key)) is { } stray
            ? throw new FormatException($"{ClausesPath}: {stray.Key} is not in the catalogue.")
            : requirements;
    }

    private static List<Requirement> Parse(string text)
    {
        var requirements = new List<Requirement>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string system = "", group = "";
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                (system, group) = (line[3..], "");
            }
            else if (line.StartsWith("### ", StringComparison.Ordinal))
            {
                group = line[4..];
            }
            else if (Item().Match(line) is { Success: true } item)
            {
                var id = item.Groups["id"].Value;
                if (!seen.Add(id) || system.Length == 0)
                {
                    throw new FormatException($"{FilePath}: {id} stands twice or under no system.");
                }

                requirements.Add(new(id, system, group, item.Groups["text"].Value));
            }
        }

        return requirements;
    }

    private static ILookup<string, Clause> ParseClauses(string text)
    {
        var found = text.Split('\n').Select(line => ClauseItem().Match(line.TrimEnd())).Where(item => item.Success)
            .Select(item => (Id: item.Groups["id"].Value, Clause: new Clause(item.Groups["clause"].Value, item.Groups["text"].Value))).ToArray();
        return found.GroupBy(item => $"{item.Id}/{item.Clause.Name}", StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new FormatException($"{ClausesPath}: {twice.Key} stands twice.")
            : found.ToLookup(item => item.Id, item => item.Clause, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^- (?<id>(?:(?:AUD|RTMP|NET|MED)-\d+\.\d+|RPC-\d+))/(?<clause>[a-z0-9-]+) (?<text>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex ClauseItem();

    [GeneratedRegex(@"^- (?<id>(?:(?:AUD|RTMP|NET|MED)-\d+\.\d+|RPC-\d+)) (?<text>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Item();
}
