using System.Text.RegularExpressions;

namespace Quickwater.Trace;

/// <summary>The requirement catalogue, docs/requirements-catalogue.md: "## system", "### group", "- ID text".</summary>
public static partial class Catalogue
{
    /// <summary>Where the catalogue is, from the root.</summary>
    public const string FilePath = "docs/requirements-catalogue.md";

    /// <summary>Every requirement, in the catalogue's order.</summary>
    /// <exception cref="FormatException">An id stands twice, or a requirement stands under no system.</exception>
    public static IReadOnlyList<Requirement> Parse(string text)
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

    [GeneratedRegex(@"^- (?<id>(?:(?:AUD|RTMP|NET)-\d+\.\d+|RPC-\d+)) (?<text>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Item();
}
