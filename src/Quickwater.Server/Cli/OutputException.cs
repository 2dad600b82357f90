namespace Quickwater.Server;

/// <summary>What a command writes cannot be written. The message is for people; there is none to show when the reader has gone.</summary>
/// <param name="message">What cannot be written, and why.</param>
/// <param name="isReaderGone">Whether it is a pipe whose reader has closed it, as <c>head</c> does once it has enough.</param>
/// <param name="inner">The cause, if there is one.</param>
internal sealed class OutputException(string message, bool isReaderGone = false, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Whether the reader has closed its pipe: it has all it wants, so nothing went wrong.</summary>
    public bool IsReaderGone => isReaderGone;

    /// <summary>Says it, and gives the code that the command ends with.</summary>
    public int Report(CommandEnvironment environment)
    {
        if (isReaderGone)
        {
            return ExitCode.Ok;
        }

        environment.Error.WriteLine($"quickwater: {Message}");
        return ExitCode.Failed;
    }
}
