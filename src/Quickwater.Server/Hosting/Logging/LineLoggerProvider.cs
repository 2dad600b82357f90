using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>Logging to a <see cref="LogSink"/>, one line an entry, as text or JSON.</summary>
internal sealed class LineLoggerProvider(LogSink sink, LogFormat format, LogLevel least, TimeProvider time) : ILoggerProvider
{
    private const string OwnCategory = "Quickwater";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        // ASP.NET Core's own chatter is not about our users: only its warnings are of interest.
        var own = categoryName.StartsWith(OwnCategory, StringComparison.Ordinal);
        return new LineLogger(categoryName, own || least > LogLevel.Warning ? least : LogLevel.Warning, this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The sink belongs to whoever made it: it must outlive every logger.
    }

    private sealed class LineLogger(string category, LogLevel least, LineLoggerProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var at = provider.Time.GetUtcNow();
            var message = formatter(state, exception);
            provider.Sink.Write(provider.Format == LogFormat.Json
                ? LogLine.Json(at, logLevel, category, eventId, message, state as IReadOnlyList<KeyValuePair<string, object?>>, exception)
                : LogLine.Text(at, logLevel, message, exception));
        }
    }

    private LogSink Sink => sink;

    private LogFormat Format => format;

    private TimeProvider Time => time;
}
