using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>
/// What somebody types who has nothing but the README: each command exists and takes these arguments, each port is the one that is listened on, each
/// file that is named is there, and the way to the documents for those who change things is open.
/// </summary>
[Requirement("AUD-10.5")]
public sealed partial class ReadmeTests
{
    // Other people's programs that the documents use.
    private static readonly HashSet<string> s_others =
        new(["git", "cd", "docker", "ffmpeg", "ffplay", "curl", "xdg-open", "mkfifo"], StringComparer.Ordinal);

    // What the server prints in its place.
    private static readonly string s_fingerprint = new('a', 64);

    private static readonly CommandEnvironment s_nowhere = new(TextWriter.Null, TextWriter.Null, ErrorIsTerminal: false, []);

    [Theory]
    [InlineData("README.md", 20)]
    [InlineData("CONTRIBUTING.md", 5)]
    [InlineData("docs/audio.md", 10)]
    [InlineData("docs/simulator.md", 4)]
    public void Every_command_is_one_that_exists_and_takes_these_arguments(string document, int least)
    {
        var commands = Commands(Read(document)).ToArray();
        Assert.True(commands.Length >= least, $"{commands.Length} commands were found");
        Assert.All(commands, static command => Assert.Equal("", FaultOf(command)));
    }

    [Theory]
    [InlineData("./qw lisen 127.0.0.1:7000")]
    [InlineData("./qw listen 127.0.0.1:7000 --lst")]
    [InlineData("./qw serve --set rtmp.lisen=127.0.0.1:1")]
    [InlineData("./qw serve --station speech[lop=true]=talk.wav")]
    [InlineData("QUICKWATER__RTMP__LISEN=1 ./qw serve")]
    [InlineData("./run --nope")]
    [InlineData("./test --quick")]
    [InlineData("./test --filter No_test_is_called_" + "that")]
    [InlineData("./bench nothing")]
    [InlineData("./bench mutants Rpc Nowhere")]
    [InlineData("make install")]
    public void A_command_that_does_not_exist_would_be_found(string command) => Assert.NotEqual("", FaultOf(command));

    [Fact]
    public void Every_port_is_one_that_is_listened_on_by_default()
    {
        var listeners = Settings.All.Where(static setting => setting.DefaultValue is IPEndPoint).ToArray();
        var ports = listeners.Select(static setting => ((IPEndPoint)setting.DefaultValue).Port).ToHashSet();
        var readme = Read("README.md");
        Assert.All(listeners, setting => Assert.Matches(
            $@"(?m)^\| `{Regex.Escape(setting.Key[..setting.Key.LastIndexOf('.')])}` \| [^|]*`{Regex.Escape($"{setting.DefaultValue}")}` \|", readme));
        foreach (var line in new[] { readme, Read("docs/audio.md") }.SelectMany(static text => text.Split('\n')).Where(static line => !SetsListener().IsMatch(line)))
        {
            Assert.All(Port().Matches(line), match => Assert.True(ports.Contains(int.Parse(match.Groups["port"].Value, null)), line));
        }

        var exposed = Exposed().Match(Read("Dockerfile")).Groups["ports"].Value.Split(' ');
        var published = Published().Matches(readme).SelectMany(static match => new[] { match.Groups["outside"].Value, match.Groups["inside"].Value }).Distinct();
        Assert.Equal(exposed.Order(StringComparer.Ordinal), published.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_readme_leads_to_how_it_is_built_and_changed_and_every_place_that_is_named_is_there()
    {
        Assert.Superset(Set("CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/adr/README.md", "docs/requirements.md", "docs/configuration.md"), Links("README.md"));
        Assert.Superset(Set("docs/ARCHITECTURE.md", "docs/adr/README.md", "docs/requirements-catalogue.md", "docs/fuzzing.md"), Links("CONTRIBUTING.md"));
        foreach (var document in new[] { "README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md" })
        {
            Assert.All(Place().Matches(Read(document)), match => Assert.True(
                new[] { "", "src/Quickwater.Core/", "src/Quickwater.Media/" }.Any(folder => Path.Exists(Path.Combine(Root(), folder + match.Groups["path"].Value))),
                $"{document} names {match.Groups["path"].Value}"));
        }

        // Whoever changes things finds every project on the map, and every attribute that tests are to carry.
        var map = Read("docs/ARCHITECTURE.md");
        Assert.All(Directory.EnumerateDirectories(Path.Combine(Root(), "src")).Select(Path.GetFileName), project => Assert.Contains($"`src/{project}`", map, StringComparison.Ordinal));
        Assert.All(Attribute().Matches(Read("CONTRIBUTING.md")), match => Assert.True(
            File.Exists(Path.Combine(Root(), $"tests/Quickwater.Testing/{match.Groups["name"].Value}Attribute.cs")), match.Value));
    }

    [Fact]
    public void What_the_readme_asks_for_is_what_the_build_needs()
    {
        var readme = Read("README.md");
        var sdk = Sdk().Match(Read("global.json")).Groups["major"].Value;
        Assert.Contains($".NET SDK {sdk}", readme, StringComparison.Ordinal);
        var node = Node().Match(readme).Groups;
        Assert.Contains($"a === {node["major"].Value} && b >= {node["minor"].Value}", Read("scripts/common.sh"), StringComparison.Ordinal);
        Assert.All(["run", "test", "bench", "qw"], static script => Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(Root(), script)).HasFlag(UnixFileMode.UserExecute), script));
    }

    // What is wrong with a command; empty when nothing is.
    private static string FaultOf(string line)
    {
        foreach (var command in Separator().Split(line))
        {
            var words = Word().Matches(command).Select(static match => match.Value.Replace("'", "", StringComparison.Ordinal)).ToList();
            var variables = words.TakeWhile(static word => Variable().IsMatch(word)).Select(static word => word.Split('=', 2)).ToArray();
            words.RemoveRange(0, variables.Length);
            var arguments = words.Skip(1).Select(static word => word == "FINGERPRINT" ? s_fingerprint : word).ToArray();
            var fault = words.FirstOrDefault() switch
            {
                null => "no program",
                "./qw" or "quickwater" => arguments is [] or ["ARGS"] ? "" : QuickwaterFault(arguments, variables),
                "./run" => QuickwaterFault(["serve", "--demo", .. arguments], variables),
                "./test" => TestFault(arguments),
                "./bench" when arguments is ["mutants", .. var folder] => Directory.Exists(Path.Combine(Root(), "src", string.Join('/', folder) is { Length: > 0 } named ? $"Quickwater.{named}" : "")) ? "" : "no such folder",
                "./bench" => arguments.All(static name => Read("benchmarks/Quickwater.Bench/Program.cs").Contains($"(\"{name}\", \"", StringComparison.Ordinal)) ? "" : "no such measurement",
                "dotnet" => arguments is ["run", "-c", "Release", "--project", var project, "--", ..] && Directory.Exists(Path.Combine(Root(), project)) ? "" : "no such project",
                var other => s_others.Contains(other) ? "" : $"nobody knows {other}",
            };
            if (fault.Length > 0)
            {
                return $"{command}: {fault}";
            }
        }

        return "";
    }

    private static string QuickwaterFault(string[] arguments, string[][] variables)
    {
        var parse = QuickwaterCommand.Parse(arguments, s_nowhere);
        if (parse.Errors.Count > 0 || parse.CommandResult.Command.Name != "serve")
        {
            return string.Join("; ", parse.Errors.Select(static error => error.Message));
        }

        ConfigurationLoader.Load(
            null, variables.Select(static pair => KeyValuePair.Create(pair[0], pair[1])), parse.GetValue<string[]>("--set") ?? [], out var problems,
            parse.GetValue<string[]>("--station"));
        return string.Join("; ", problems);
    }

    private static string TestFault(string[] arguments)
    {
        var script = Read("test");
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!Regex.IsMatch(script, $@"(?m)^    {Regex.Escape(arguments[i])}\)", RegexOptions.None, TimeSpan.FromSeconds(1)))
            {
                return $"./test does not know {arguments[i]}";
            }

            if (arguments[i] == "--filter" && (++i == arguments.Length || !Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*Tests.cs", SearchOption.AllDirectories)
                .Any(path => File.ReadAllText(path).Contains(arguments[i], StringComparison.Ordinal))))
            {
                return "no test has such a name";
            }
        }

        return "";
    }

    // Blocks of commands, without what explains them behind two spaces, and our own within text.
    private static IEnumerable<string> Commands(string markdown)
    {
        var blocks = Fence().Matches(markdown).Where(static match => match.Groups["language"].Length == 0)
            .Select(static match => match.Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Where(static lines => Command().IsMatch(lines[0])).SelectMany(static lines => lines);
        var spans = Span().Matches(Fence().Replace(markdown, "")).Select(static match => match.Groups["code"].Value);
        return blocks.Select(static line => Explanation().Split(line)[0]).Concat(spans);
    }

    private static HashSet<string> Set(params string[] all) => [.. all];

    private static HashSet<string> Links(string document) => [.. Link().Matches(Read(document)).Select(static match => match.Groups["target"].Value)];

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../.."));

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`(?<code>(\./(run|test|bench|qw)|quickwater)( [^`]*)?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Span();

    [GeneratedRegex(@"^([A-Z_]+=\S+ )*(\./)?[a-z][a-z-]*( |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Explanation();

    [GeneratedRegex(@" (\||&&) ", RegexOptions.ExplicitCapture)]
    private static partial Regex Separator();

    [GeneratedRegex(@"([^\s']|'[^']*')+", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex("^[A-Z_]+=")]
    private static partial Regex Variable();

    [GeneratedRegex(@"listen=|LISTEN=|listen: ")]
    private static partial Regex SetsListener();

    [GeneratedRegex(@"(127\.0\.0\.1|0\.0\.0\.0|localhost|HOST):(?<port>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Port();

    [GeneratedRegex(@"-p (?<outside>\d+):(?<inside>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Published();

    [GeneratedRegex("^EXPOSE (?<ports>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Exposed();

    [GeneratedRegex("\"version\": \"(?<major>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Sdk();

    [GeneratedRegex(@"Node\.js (?<major>\d+)\.(?<minor>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Node();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>((src|sim|fuzz|web|tests|docs|scripts|benchmarks)(/[\w./-]+)?|[A-Z]\w+/\w+\.cs))`", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(@"`\[(?<name>\w+)[(\]]", RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();
}
