using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The option <c>--token</c> of commands that call a server.</summary>
internal static class RpcToken
{
    /// <summary>The variable that gives the token when the option does not: a command line is seen by others on the machine.</summary>
    public const string Variable = "QUICKWATER_TOKEN";

    /// <summary>Makes the option.</summary>
    public static Option<string?> Create() => new("--token")
    {
        Description = $"What the server knows the caller by. Others on this machine see command lines: the environment variable {Variable} does the same.",
        HelpName = "TOKEN",
    };

    /// <summary>The token that is given, by the option or else by the variable; null when there is none.</summary>
    public static string? Read(ParseResult parse, Option<string?> option, CommandEnvironment environment)
    {
        var token = parse.GetValue(option) ?? environment.Variables.FirstOrDefault(static pair => pair.Key == Variable).Value;
        return string.IsNullOrEmpty(token) ? null : token;
    }
}
