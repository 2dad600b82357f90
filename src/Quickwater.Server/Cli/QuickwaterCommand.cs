using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Quickwater.Server;

/// <summary>The command tree of the executable.</summary>
internal static class QuickwaterCommand
{
    /// <summary>Parses and runs a command line. Answers one of <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments, CommandEnvironment environment)
    {
        var parse = Parse(arguments, environment);
        if (IsBare(parse))
        {
            parse = Parse([.. arguments, "--help"], environment);
        }

        if (parse.Errors.Count > 0 && parse.Action is not (ExamplesHelpAction or HelpAction))
        {
            WriteErrors(parse, environment);
            return ExitCode.Usage;
        }

        // Signals are ours (draining needs them), and a fault is shown in one line below.
        var invocation = new InvocationConfiguration
        {
            Output = environment.Out,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parse.InvokeAsync(invocation);
        }
        catch (OutputException e)
        {
            return e.Report(environment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            environment.Error.WriteLine($"quickwater: {e.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>What a command line says, with what is wrong with it.</summary>
    internal static ParseResult Parse(string[] arguments, CommandEnvironment environment) => Create(environment).Parse(arguments);

    // A command that only has others below it, and nothing behind it: whoever asks so little wants to see what there is.
    private static bool IsBare(ParseResult parse) =>
        parse.CommandResult.Command is { Action: null, Subcommands.Count: > 0 } && parse.UnmatchedTokens.Count == 0 && parse.Action is not (ExamplesHelpAction or HelpAction)
        && parse.Tokens.All(static token => token.Type == TokenType.Command);

    private static void WriteErrors(ParseResult parse, CommandEnvironment environment)
    {
        var unmatched = parse.UnmatchedTokens;
        foreach (var error in parse.Errors)
        {
            // That a command is missing is no news where one is misspelt.
            if (unmatched.Count == 0 || error.Message.Contains(unmatched[0], StringComparison.Ordinal) || error.SymbolResult is not CommandResult)
            {
                environment.Error.WriteLine($"quickwater: {error.Message}");
            }
        }

        var known = parse.CommandResult.Command.Subcommands.Select(static command => command.Name)
            .Concat(parse.CommandResult.Command.Options.Select(static option => option.Name));
        if (unmatched.Count > 0 && Spelling.Nearest(unmatched[0], known) is { } near)
        {
            environment.Error.WriteLine($"Did you mean '{near}'?");
        }

        environment.Error.WriteLine($"Try '{CommandPath(parse)} --help'.");
    }

    /// <summary>The tree of all commands.</summary>
    internal static RootCommand Create(CommandEnvironment environment)
    {
        var examples = new Dictionary<Command, string[]>();
        var root = new RootCommand("Quickwater, a real-time media server.")
        {
            ServeCommand.Create(environment, examples),
            PublishCommand.Create(environment, examples),
            PlayCommand.Create(environment, examples),
            ListenCommand.Create(environment, examples),
            CallCommand.Create(environment, examples),
            HealthCommand.Create(environment, examples),
            ConfigCommand.Create(environment, examples),
            BenchCommand.Create(environment, examples),
            SimVerb.Create(environment, examples),
        };
        examples[root] =
        [
            "quickwater serve --demo",
            "quickwater serve --config quickwater.yaml",
            "quickwater publish clip.flv rtmp://127.0.0.1/live/clip --loop",
            "quickwater play rtmp://127.0.0.1/live/clip -o copy.flv",
            "quickwater listen 127.0.0.1/demo -o - | ffplay -",
            "quickwater call 127.0.0.1:7001 ping",
        ];
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction inner)
            {
                help.Action = new ExamplesHelpAction(inner, examples);
            }
        }

        return root;
    }

    private static string CommandPath(ParseResult parse)
    {
        var names = new List<string>();
        for (Symbol? at = parse.CommandResult.Command; at is Command and not RootCommand; at = at.Parents.FirstOrDefault())
        {
            names.Insert(0, at.Name);
        }

        return string.Join(' ', names.Prepend("quickwater"));
    }
}
