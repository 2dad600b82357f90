using System.Text.RegularExpressions;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

public sealed partial class DocumentRules
{
    private const string Index = "docs/adr/README.md";

    [Fact]
    public void No_link_is_dead() =>
        Tidy.Holds("Links that lead nowhere:",
            from path in Repository.FilesEnding(".md")
            from target in Links(Repository.Read(path))
            where !target.Contains(':', StringComparison.Ordinal) && !Exists(path, target)
            select $"{path}: {target}");

    [Fact]
    public void The_index_lists_every_decision_record()
    {
        var listed = Links(Repository.Read(Index)).ToHashSet(StringComparer.Ordinal);
        Tidy.Holds($"Not in {Index}:", Records.Where(path => !listed.Contains(Path.GetFileName(path))));
    }

    [Fact]
    public void A_decision_record_has_its_own_number_and_says_what_and_why()
    {
        Tidy.Holds("Numbers that stand twice:",
            Records.GroupBy(path => Path.GetFileName(path)[..4], StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key));
        Tidy.Holds("Records without a title, a status, or the parts Context, Decision and Consequences:",
            from path in Records
            let text = Repository.Read(path)
            where !text.StartsWith("# ", StringComparison.Ordinal) || !text.Contains("\nStatus: ", StringComparison.Ordinal)
                || !new[] { "\n## Context\n", "\n## Decision\n", "\n## Consequences\n" }.All(part => text.Contains(part, StringComparison.Ordinal))
            select path);
    }

    [Fact]
    [Requirement("RTMP-6.7")]
    public void The_decision_on_socket_back_ends_compares_them_by_measurement()
    {
        var lines = Repository.Read(Records.Single(path => Path.GetFileName(path).StartsWith("0002", StringComparison.Ordinal))).Split('\n');
        var head = Array.FindIndex(lines, static line => new[] { "| 100 connections |", "| 500 connections |", "| 1000 connections |" }.All(line.Contains));
        Assert.True(head >= 0, "no table of 100, 500 and 1000 connections");
        var rows = lines.Skip(head + 2).TakeWhile(static line => line.StartsWith('|')).ToArray();
        Assert.True(rows.Length >= 5, $"{rows.Length} back ends are compared");
        Assert.All(rows, static row => Assert.Equal(6, row.Split('|', StringSplitOptions.RemoveEmptyEntries).Skip(1).Count(static cell => cell.Any(char.IsDigit))));
    }

    [Fact]
    public void No_file_names_a_place_on_somebodys_machine()
    {
        // Split, so that this file does not break its own rule.
        string[] places = ["/wo" + "rk/", "/ho" + "me/", "C:\\Us" + "ers"];
        Tidy.Holds("Paths of one machine:",
            from path in Repository.Files
            where TextSuffixes.Contains(Path.GetExtension(path)) || Path.GetExtension(path).Length == 0
            let text = Repository.Read(path)
            from place in places
            where text.Contains(place, StringComparison.Ordinal)
            select $"{path}: {place}");
    }

    /// <summary>True for docs/adr/NNNN-title.md.</summary>
    internal static bool IsDecisionRecord(string path) => RecordPath().IsMatch(path);

    private static readonly HashSet<string> TextSuffixes = new(StringComparer.Ordinal)
    {
        ".cs", ".csproj", ".props", ".targets", ".slnx", ".md", ".txt", ".json", ".yaml", ".yml", ".sh", ".ts", ".js", ".mjs", ".css", ".html", ".c",
    };

    private static IEnumerable<string> Records => Repository.Files.Where(IsDecisionRecord);

    // Links and images outside code, without their titles.
    private static IEnumerable<string> Links(string markdown) =>
        Link().Matches(Code().Replace(markdown, "")).Select(match => match.Groups["target"].Value);

    private static bool Exists(string from, string target)
    {
        var parts = target.Split('#', 2);
        var folder = Path.GetDirectoryName(Repository.Absolute(from)) ?? Repository.Root;
        var full = parts[0].Length == 0 ? Repository.Absolute(from) : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(parts[0])));
        if (!File.Exists(full) && !Directory.Exists(full))
        {
            return false;
        }

        return parts.Length == 1 || !full.EndsWith(".md", StringComparison.Ordinal) || Anchors(File.ReadAllText(full)).Contains(parts[1]);
    }

    // GitHub's rule: lower case, punctuation removed, spaces to hyphens, repeats numbered.
    private static HashSet<string> Anchors(string markdown)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(markdown, "")))
        {
            var slug = Punctuation().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            var anchor = slug;
            for (var repeat = 1; !anchors.Add(anchor); repeat++)
            {
                anchor = $"{slug}-{repeat}";
            }
        }

        return anchors;
    }

    [GeneratedRegex(@"^docs/adr/\d{4}-[a-z0-9-]+\.md$")]
    private static partial Regex RecordPath();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]+)>?[^)]*\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex Punctuation();
}
