using System.Text;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>The log as the section <c>log</c> wants it: standard error or a file, text or JSON.</summary>
internal sealed class ServerLog : IAsyncDisposable
{
    private readonly LogSink _sink;

    private ServerLog(LogSink sink, LineLoggerProvider provider)
    {
        _sink = sink;
        Provider = provider;
    }

    /// <summary>Makes the loggers.</summary>
    public LineLoggerProvider Provider { get; }

    /// <summary>Opens the log.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public static ServerLog Open(LogConfiguration configuration, TextWriter error, TimeProvider time)
    {
        var file = configuration.File.Length > 0;
        var sink = file
            ? new LogSink(new StreamWriter(configuration.File, append: true, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)), owned: true)
            : new LogSink(error, owned: false);
        var least = configuration.Level switch
        {
            LogLevelChoice.Debug => LogLevel.Debug,
            LogLevelChoice.Info => LogLevel.Information,
            LogLevelChoice.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        return new ServerLog(sink, new LineLoggerProvider(sink, configuration.Format, least, time));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        await _sink.DisposeAsync();
    }
}
