using System.Collections;

namespace Quickwater.Server;

/// <summary>What a command sees of the world around it, so that tests can give it another.</summary>
internal sealed record CommandEnvironment(
    TextWriter Out, TextWriter Error, bool ErrorIsTerminal, IReadOnlyList<KeyValuePair<string, string>> Variables)
{
    /// <summary>Standard input.</summary>
    public TextReader In { get; init; } = Console.In;

    /// <summary>Whether standard input is a terminal.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Where a server's log goes that has no file. It tells what cannot be written, and shares no lock with <see cref="Error"/>.</summary>
    public TextWriter Log { get; init; } = Error;

    /// <summary>The process's own.</summary>
    public static CommandEnvironment Process() => new(
        StandardStream.OutputText(),
        new TolerantWriter(StandardStream.ErrorText()),
        !Console.IsErrorRedirected,
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""))])
    {
        InIsTerminal = !Console.IsInputRedirected,
        Log = StandardStream.ErrorText(),
    };
}
