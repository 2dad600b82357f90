using System.CommandLine;
using System.CommandLine.Help;

namespace Quickwater.Server.Tests;

/// <summary>Every option and argument of every command, as the tree of commands has them, with what nobody means.</summary>
public sealed class OptionTests
{
    private static readonly string[] Nonsense = ["x", "", "-1", "1e999", "NaN", "99999999999999999999999", "\u00e9\u0000\u2028", "rtmp://"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // What stands for an argument while another is tried: well formed, and nobody is there.
    private static readonly Dictionary<string, string> Filler = new(StringComparer.Ordinal)
    {
        ["FILE"] = "/nowhere/file", ["URL"] = "rtmp://127.0.0.1:1/live/a", ["ADDRESS"] = "127.0.0.1:1/a", ["HOST:PORT"] = "127.0.0.1:1", ["METHOD"] = "ping",
        ["JSON"] = "null", ["SCENARIO"] = "none",
    };

    // Without it the command starts a server of its own, and measures that.
    private static readonly Dictionary<string, string[]> Others = new(StringComparer.Ordinal) { ["bench rtmp"] = ["--url=rtmp://127.0.0.1:1/live/a"] };

    // What takes any text. It is the server's to say what it thinks of it, and nobody is there.
    private static readonly string[] AnyText = ["METHOD", "--method", "--token"];

    // What takes JSON, and some of what nobody means is that.
    private static readonly string[] Json = ["JSON", "--params"];

    public static TheoryData<string, string> Options
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (path, command) in Commands(Tree(), []))
            {
                foreach (var option in command.Options.Where(static option => option is not (HelpOption or VersionOption)))
                {
                    data.Add(string.Join(' ', path), option.Name);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> Arguments
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (path, command) in Commands(Tree(), []))
            {
                foreach (var argument in command.Arguments)
                {
                    data.Add(string.Join(' ', path), argument.Name);
                }
            }

            return data;
        }
    }

    [Fact]
    public void The_tree_is_walked_whole()
    {
        Assert.True(Options.Count > 40, $"{Options.Count} options");
        Assert.True(Arguments.Count > 7, $"{Arguments.Count} arguments");
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Nonsense_for_an_option_is_wrong_usage_that_is_told_with_its_words(string path, string name)
    {
        var command = Commands(Tree(), []).Single(one => string.Join(' ', one.Path) == path).Command;
        var option = command.Options.Single(one => one.Name == name);
        var isFlag = option.ValueType == typeof(bool);
        var filler = path == "health" ? [] : command.Arguments.Select(static argument => Filler[argument.Name]).ToArray(); // it looks at its options without a URL only
        foreach (var nonsense in Nonsense.Where(text => text.Length > 0 || !isFlag)) // a flag with nothing behind it is given
        {
            var others = Others.GetValueOrDefault(path, []).Where(other => !other.StartsWith(name, StringComparison.Ordinal));
            string[] words = [.. path.Split(' '), .. filler, .. others, $"{name}={(name == "--output" ? Path.Combine("/nowhere/at/all", nonsense) : nonsense)}"];
            var (code, said) = await TryAsync(words);
            var isSettingForNobody = name == "--set" && path.StartsWith("bench ", StringComparison.Ordinal); // settings are for a server of its own
            var expected = nonsense.Length > 0 && isSettingForNobody ? (ExitCode.Usage, "--set is for the server that is started here")
                : IsAllowed(name, nonsense) ? (ExitCode.Failed, "nothing listens at the address")
                : name == "--output" ? (ExitCode.Failed, $"--output: /nowhere/at/all{(nonsense.Length > 0 ? "/" : "")}{nonsense} cannot be written")
                : (ExitCode.Usage, nonsense.Length > 0 ? Told(name, nonsense, isFlag) : $"Required argument missing for option: '{name}'");

            Assert.True(code == expected.Item1 && said.Contains(expected.Item2, StringComparison.Ordinal), $"{string.Join(' ', words)}: {code}, {said}");
        }
    }

    [Theory]
    [MemberData(nameof(Arguments))]
    public async Task Nonsense_for_an_argument_is_wrong_usage_that_is_told_with_its_words(string path, string name)
    {
        var command = Commands(Tree(), []).Single(one => string.Join(' ', one.Path) == path).Command;
        foreach (var nonsense in Nonsense)
        {
            string[] words = [.. path.Split(' '), .. command.Arguments.Select(argument => argument.Name == name ? nonsense : Filler[argument.Name])];
            var (code, said) = await TryAsync(words);
            var expected = IsAllowed(name, nonsense) ? (ExitCode.Failed, "nothing listens at the address") : (ExitCode.Usage, Told(name, nonsense, isFlag: false));

            Assert.True(code == expected.Item1 && said.Contains(expected.Item2, StringComparison.Ordinal), $"{string.Join(' ', words)}: {code}, {said}");
        }
    }

    [Theory]
    [InlineData("sreve", "serve")]
    [InlineData("publsh a b", "publish")]
    [InlineData("config dmp", "dump")]
    [InlineData("play rtmp://127.0.0.1/a/b --reconect", "--reconnect")]
    public async Task What_is_misspelt_gets_a_suggestion(string line, string meant)
    {
        var (code, said) = await TryAsync(line.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains($"Did you mean '{meant}'?", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("config")]
    [InlineData("bench")]
    public async Task A_command_that_only_has_others_below_it_shows_its_help(string line)
    {
        using var output = new StringWriter();
        var code = await QuickwaterCommand.RunAsync(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries), new CommandEnvironment(output, TextWriter.Null, false, []));

        Assert.Equal(0, code);
        Assert.Contains("Commands:", output.ToString(), StringComparison.Ordinal);
    }

    private static RootCommand Tree() => QuickwaterCommand.Create(new CommandEnvironment(TextWriter.Null, TextWriter.Null, false, []));

    private static IEnumerable<(string[] Path, Command Command)> Commands(Command command, string[] path) =>
        command.Subcommands.SelectMany(below => Commands(below, [.. path, below.Name])).Concat(command.Subcommands.Count == 0 ? [(path, command)] : []);

    private static bool IsAllowed(string name, string text) => text.Length > 0
        && (AnyText.Contains(name) || (Json.Contains(name) && text.All(static c => char.IsAsciiDigit(c) || c is '-' or 'e')));

    // What is said of nonsense: which option it is, and what it was.
    private static string Told(string name, string text, bool isFlag) => name switch
    {
        _ when isFlag => $"Unrecognized command or argument '{text}'",
        "JSON" or "--params" => "the parameters are not JSON",
        "METHOD" => "a method's name has 1 to 255 bytes",
        "SCENARIO" => "usage: sim [SCENARIO|all]",
        "--ca" or "--certificate" or "--key" or "--pin" => $"{name} is for TLS: give --tls with it.",
        "--set" => $"--set: {text}: ",
        "--station" => $"--station: audio.stations: {text} is not allowed",
        "--config" or "FILE" or "--url" or "URL" or "ADDRESS" or "HOST:PORT" => text, // with what is allowed there
        _ => $"{name} is {text}; allowed is ",
    };

    // Ends, with a code of ours, and says something where that is not 0.
    private static async Task<(int Code, string Said)> TryAsync(string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new CommandEnvironment(output, error, false, []) { In = new StringReader("") };
        var code = await QuickwaterCommand.RunAsync(words, environment).WaitAsync(Patience);
        var said = $"{error}{output}";

        Assert.InRange(code, ExitCode.Ok, ExitCode.Usage);
        Assert.True(code == ExitCode.Ok || said.Length > 0, $"{string.Join(' ', words)} ends with {code} and says nothing");
        return (code, said);
    }
}
