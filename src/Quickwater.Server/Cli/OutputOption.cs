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
    /// <exception cref="OutputException">It cannot be made, or must not.</exception>
    /// <param name="output">A file, - for standard output, or null.</param>
    /// <param name="stop">Calls off what waits for a reader of standard output.</param>
    public static Stream? Open(string? output, CancellationToken stop)
    {
        try
        {
            return output switch
            {
                null => null,
                "-" => StandardStream.Output(stop),
                _ => new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), // a write that fails must not fail again when it is closed
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OutputException($"--output: {output} cannot be written: {e.Message}", inner: e);
        }
    }

    /// <summary>What went wrong while writing, as what it is: ours, and not the server's.</summary>
    public static OutputException Failed(Exception cause) => cause as OutputException ?? new OutputException($"writing failed: {cause.Message}", inner: cause);
}
