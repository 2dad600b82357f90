using System.CommandLine;

namespace Quickwater.Server;

/// <summary><c>quickwater config dump|validate|reference</c>.</summary>
internal static class ConfigCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var command = new Command("config", "Show and check the configuration.")
        {
            CreateDump(environment, examples),
            CreateValidate(environment, examples),
            CreateReference(environment),
        };
        examples[command] = ["quickwater config dump", "quickwater config validate quickwater.yaml"];
        return command;
    }

    private static Command CreateDump(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var options = new ConfigurationOptions();
        var json = new Option<bool>("--json") { Description = "Print JSON instead of YAML." };
        var command = new Command("dump", "Print the effective value of every setting and where it came from. Secrets are hidden.") { json };
        options.AddTo(command);
        command.SetAction(parse =>
        {
            if (options.Load(parse, environment) is not { } configuration)
            {
                return ExitCode.Usage;
            }

            environment.Out.Write(
                parse.GetValue(json) ? ConfigurationDump.ToJson(configuration) : ConfigurationDump.ToYaml(configuration));
            return ExitCode.Ok;
        });
        examples[command] =
        [
            "quickwater config dump",
            "quickwater config dump --config quickwater.yaml --set rtmp.listen=127.0.0.1:1935",
            "quickwater config dump --json",
        ];
        return command;
    }

    private static Command CreateValidate(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var file = new Argument<string>("FILE") { Description = "The file to check." };
        var command = new Command("validate", "Check a configuration file and print every problem in it.") { file };
        command.SetAction(parse =>
        {
            // The file alone: what this shell's environment holds says nothing about the file.
            ConfigurationLoader.Load(parse.GetRequiredValue(file), [], [], out var problems);
            if (problems.Count > 0)
            {
                ConfigurationOptions.Write(problems, environment.Error);
                return ExitCode.Usage;
            }

            environment.Out.WriteLine($"{parse.GetRequiredValue(file)}: valid");
            return ExitCode.Ok;
        });
        examples[command] = ["quickwater config validate quickwater.yaml"];
        return command;
    }

    private static Command CreateReference(CommandEnvironment environment)
    {
        var command = new Command("reference", "Print the reference of all settings (docs/configuration.md).");
        command.SetAction(_ => environment.Out.Write(ConfigurationReference.ToMarkdown()));
        return command;
    }
}
