using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>Logging to a <see cref="LogSink"/>, one line an entry, as text or JSON.</summary>
/// <param name="sink">Where lines go; stays the caller's.</param>
/// <param name="format">How they look.</param>
/// <param name="least">The least severe level that is written.</param>
/// <param name="time">The clock.</param>
/// <param name="budget">What bounds repetitions; null for no bound. Stays the caller's.</param>
internal sealed class LineLoggerProvider(LogSink sink, LogFormat format, LogLevel least, TimeProvider time, LogBudget? budget = null) : ILoggerProvider
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
            // Before the line is made: who repeats without end costs little.
            var fields = state as IReadOnlyList<KeyValuePair<string, object?>>;
            if (IsEnabled(logLevel) && provider.Budget?.Admits(category, eventId, logLevel, fields) != false)
            {
                provider.Sink.Write(LogLine.Write(
                    provider.Format, provider.Time.GetUtcNow(), logLevel, category, eventId, formatter(state, exception), fields, exception));
            }
        }
    }

    private LogSink Sink => sink;

    private LogBudget? Budget => budget;

    private LogFormat Format => format;

    private TimeProvider Time => time;
}
