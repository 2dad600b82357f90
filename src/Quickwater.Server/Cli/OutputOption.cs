using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The option <c>--output</c> of play and listen.</summary>
internal static class OutputOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="format">What is written.</param>
    public static Option<string?> Create(string format) =>
        new("--output", "-o") { Description = $"Write {format} to this file; - is standard output.", HelpName = "FILE" };

    /// <summary>Opens it; null when nothing is to be written.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static Stream? Open(string? output) => output switch
    {
        null => null,
        "-" => Console.OpenStandardOutput(),
        _ => File.Create(output),
    };
}
