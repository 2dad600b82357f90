using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The options <c>--config</c> and <c>--set</c>, and loading what they name.</summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string?> _file = new("--config", "-c")
    {
        Description = "Configuration file, YAML or JSON.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _sets = new("--set")
    {
        Description = "Override one setting; may be given more than once.",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_sets);
    }

    /// <summary>Loads the configuration; on problems writes them all and answers null.</summary>
    public EffectiveConfiguration? Load(ParseResult parse, CommandEnvironment environment, IReadOnlyList<string>? stations = null)
    {
        var loaded = ConfigurationLoader.Load(
            parse.GetValue(_file), environment.Variables, parse.GetValue(_sets) ?? [], out var problems, stations);
        if (problems.Count == 0)
        {
            return loaded;
        }

        Write(problems, environment.Error);
        return null;
    }

    /// <summary>Loads the configuration once more, with its problems.</summary>
    public (EffectiveConfiguration Values, IReadOnlyList<ConfigurationProblem> Problems) Reload(
        ParseResult parse, CommandEnvironment environment, IReadOnlyList<string>? stations) =>
        (ConfigurationLoader.Load(parse.GetValue(_file), environment.Variables, parse.GetValue(_sets) ?? [], out var problems, stations), problems);

    /// <summary>Writes problems, one a line.</summary>
    public static void Write(IReadOnlyList<ConfigurationProblem> problems, TextWriter error)
    {
        error.WriteLine($"quickwater: this configuration cannot be used ({problems.Count} problem{(problems.Count == 1 ? "" : "s")}):");
        foreach (var problem in problems)
        {
            error.WriteLine("  " + problem);
        }
    }
}
