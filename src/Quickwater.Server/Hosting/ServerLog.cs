using System.Text;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>The log as the section <c>log</c> wants it: standard error or a file, text or JSON, within its budget.</summary>
internal sealed class ServerLog : IAsyncDisposable
{
    private const string Category = "Quickwater.Log";

    private readonly LogSink _sink;
    private readonly LogBudget _budget;

    private ServerLog(LogConfiguration configuration, LogSink sink, TimeProvider time)
    {
        var least = configuration.Level switch
        {
            LogLevelChoice.Debug => LogLevel.Debug,
            LogLevelChoice.Info => LogLevel.Information,
            LogLevelChoice.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        _sink = sink;
        var unbounded = new LineLoggerProvider(sink, configuration.Format, least, time);
        _budget = new LogBudget(configuration.LinesPerAddressMax, configuration.LinesPerKindMax, time, unbounded.CreateLogger(Category));
        Provider = new LineLoggerProvider(sink, configuration.Format, least, time, _budget);
    }

    /// <summary>Makes the loggers.</summary>
    public LineLoggerProvider Provider { get; }

    /// <summary>Opens the log.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names the setting.</exception>
    public static ServerLog Open(LogConfiguration configuration, TextWriter error, TimeProvider time)
    {
        try
        {
            var sink = configuration.File.Length > 0
                ? new LogSink(OpenFile(configuration.File), owned: true, Lost, () => OpenFile(configuration.File))
                : new LogSink(error, owned: false, Lost);
            return new ServerLog(configuration, sink, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException($"log.file: {configuration.File} cannot be written: {e.Message}", e);
        }

        string Lost(long lost) => LogLine.Write(
            configuration.Format, time.GetUtcNow(), LogLevel.Warning, Category, new EventId(0, "LinesLost"), LogSink.LostText(lost), [new("Count", lost)], null);
    }

    /// <summary>Opens the file anew, if there is one.</summary>
    public void Reopen() => _sink.Reopen();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _budget.Dispose();
        Provider.Dispose();
        await _sink.DisposeAsync();
    }

    // It tells addresses and names of streams: the owner writes, the group reads, nobody else does either. Unbuffered, as the writer before it buffers: what
    // a full disk refused must not come out later.
    private static StreamWriter OpenFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        return new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options);
    }
}
