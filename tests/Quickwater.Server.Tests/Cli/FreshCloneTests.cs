using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The first lines of the README, typed by somebody who has nothing else.</summary>
public sealed partial class FreshCloneTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30); // it builds everything, maybe on a busy machine

    // Without the pages, whose build asks npm's registry: the README says that they are what Node is for.
    [FullFact]
    [Requirement("AUD-10.5")]
    public async Task A_fresh_clone_builds_and_serves_by_the_first_lines_of_the_readme()
    {
        using var folder = new TemporaryFolder();
        var lines = FirstBlock().Match(await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"))).Groups["lines"].Value.Trim();
        Assert.Contains("git clone <this repository> quickwater && cd quickwater", lines, StringComparison.Ordinal);
        using var process = Start(folder.Path, lines.Replace("<this repository>", $"'{Root()}'", StringComparison.Ordinal).Replace("./run", "exec ./run", StringComparison.Ordinal));
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            var banner = "";
            while (!banner.Contains("Ctrl+C", StringComparison.Ordinal) && await process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) is { } line)
            {
                banner += line + "\n";
            }

            Assert.True(banner.Contains("Ctrl+C", StringComparison.Ordinal), process.HasExited ? await error : banner);
            using var client = new HttpClient();
            var media = Page().Match(banner).Value;
            using var view = await client.GetAsync(new Uri(media), HttpCompletionOption.ResponseHeadersRead);
            Assert.True(view.IsSuccessStatusCode, $"{media}: {view.StatusCode}");
            using var list = Start(Path.Combine(folder.Path, "quickwater"), $"exec ./qw listen {Station().Match(banner).Value} --duration 1");
            var said = list.StandardError.ReadToEndAsync();
            await list.WaitForExitAsync().WaitAsync(s_patience);
            Assert.True(list.ExitCode == 0, await said);

            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync().WaitAsync(s_patience);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill(entireProcessTree: true); // when it was not told to stop
        }
    }

    // In an environment of its own: no setting and no state of this run.
    private static Process Start(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-ec", script])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var name in new[] { "RTMP", "HTTP", "ADMIN", "RPC", "AUDIO" })
        {
            start.Environment[$"QUICKWATER__{name}__LISTEN"] = "127.0.0.1:0"; // as the README says; the ports of the machine may be taken
        }

        start.Environment["QUICKWATER__DATA__DIRECTORY"] = Path.Combine(folder, "data");
        start.Environment["BuildWeb"] = "false";
        return Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../.."));

    [GeneratedRegex(@"^```\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex FirstBlock();

    [GeneratedRegex("http://127.0.0.1:[0-9]+/live/demo.flv")]
    private static partial Regex Page();

    [GeneratedRegex("127.0.0.1:[0-9]+/demo(?=\\s)")]
    private static partial Regex Station();
}
