using System.Runtime.CompilerServices;

namespace Quickwater.Server.Tests;

public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void The_reference_page_is_not_stale()
    {
        var page = Path.Combine(Root(), "docs", "configuration.md");

        Assert.True(
            File.ReadAllText(page).ReplaceLineEndings("\n") == ConfigurationReference.ToMarkdown(),
            "docs/configuration.md is stale: write it anew with `quickwater config reference > docs/configuration.md`.");
    }

    [Fact]
    public void Every_setting_is_described_and_says_whether_it_needs_a_restart()
    {
        var page = ConfigurationReference.ToMarkdown();

        Assert.All(Settings.All, setting => Assert.Contains($"### `{setting.Key}`", page, StringComparison.Ordinal));
        Assert.All(Settings.All, setting => Assert.EndsWith(".", setting.Description, StringComparison.Ordinal));
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../.."));
}
