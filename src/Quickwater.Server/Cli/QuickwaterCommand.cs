using System.CommandLine;
using System.CommandLine.Help;

namespace Quickwater.Server;

/// <summary>The command tree of the executable.</summary>
internal static class QuickwaterCommand
{
    /// <summary>Parses and runs a command line. Answers one of <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments, CommandEnvironment environment)
    {
        var parse = Parse(arguments, environment);
        if (parse.Errors.Count > 0 && parse.Action is not (ExamplesHelpAction or HelpAction))
        {
            foreach (var error in parse.Errors)
            {
                environment.Error.WriteLine($"quickwater: {error.Message}");
            }

            environment.Error.WriteLine($"Try '{CommandPath(parse)} --help'.");
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
        return await parse.InvokeAsync(invocation);
    }

    /// <summary>What a command line says, with what is wrong with it.</summary>
    internal static ParseResult Parse(string[] arguments, CommandEnvironment environment) => Create(environment).Parse(arguments);

    private static RootCommand Create(CommandEnvironment environment)
    {
        var examples = new Dictionary<Command, string[]>();
        var root = new RootCommand("Quickwater, a real-time media server.")
        {
            ServeCommand.Create(environment, examples),
            PublishCommand.Create(environment, examples),
            PlayCommand.Create(environment, examples),
            ListenCommand.Create(environment, examples),
            CallCommand.Create(environment, examples),
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
