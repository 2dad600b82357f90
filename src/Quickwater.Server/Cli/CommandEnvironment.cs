using System.Collections;

namespace Quickwater.Server;

/// <summary>What a command sees of the world around it, so that tests can give it another.</summary>
internal sealed record CommandEnvironment(
    TextWriter Out, TextWriter Error, bool ErrorIsTerminal, IReadOnlyList<KeyValuePair<string, string>> Variables)
{
    /// <summary>Standard input.</summary>
    public TextReader In { get; init; } = Console.In;

    /// <summary>The process's own.</summary>
    public static CommandEnvironment Process() => new(
        Console.Out,
        Console.Error,
        !Console.IsErrorRedirected,
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""))]);
}
