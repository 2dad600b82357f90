using System.Globalization;
using Spectre.Console;

namespace Quickwater.Server;

/// <summary>Shows how a transfer goes: a table that is redrawn on a terminal, a line every few seconds elsewhere.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan TableInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Shows the counts until the transfer is over, then once more.</summary>
    public static async Task<T> ShowAsync<T>(string title, ITransfer counts, Task<T> transfer, CommandEnvironment environment)
    {
        var console = environment.ErrorIsTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Error) }) : null;
        var started = TimeProvider.System.GetTimestamp();
        var rate = new RateOfLate(counts);
        if (console is not null)
        {
            await console.Live(Table(title, counts, TimeSpan.Zero, "-")).StartAsync(async live =>
            {
                while (!transfer.IsCompleted)
                {
                    await Task.WhenAny(transfer, Task.Delay(TableInterval));
                    live.UpdateTarget(Table(title, counts, TimeProvider.System.GetElapsedTime(started), rate.Next()));
                }
            });
            return await transfer;
        }

        while (!transfer.IsCompleted)
        {
            await Task.WhenAny(transfer, Task.Delay(LineInterval));
            await environment.Error.WriteLineAsync($"{title}: {Line(counts, TimeProvider.System.GetElapsedTime(started), rate.Next())}");
        }

        return await transfer;
    }

    private static string Line(ITransfer counts, TimeSpan elapsed, string rate)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s");
        line += string.Concat(counts.Figures.Select(static figure => $", {figure.Name} {figure.Value}"));
        line += $", {Bytes(counts.Bytes)}, {rate}";
        var losses = counts.Losses.Any(static loss => loss.Count > 0) ? counts.Losses : [];
        return line + string.Concat(losses.Select(static loss => string.Create(CultureInfo.InvariantCulture, $", {loss.Count} {loss.Name}")));
    }

    private static Table Table(string title, ITransfer counts, TimeSpan elapsed, string rate)
    {
        (string Name, string Value)[] cells =
        [
            ("time", string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s")),
            .. counts.Figures,
            ("bytes", Bytes(counts.Bytes)),
            ("rate", rate),
            .. counts.Losses.Select(static loss => (loss.Name, loss.Count.ToString(CultureInfo.InvariantCulture))),
        ];
        return new Table()
            .Title(Markup.Escape(title))
            .AddColumns([.. cells.Select(static cell => cell.Name)])
            .AddRow([.. cells.Select(static cell => cell.Value)]);
    }

    private static string Bytes(long count) => count < 10 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{count} B")
        : count < 10 * 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1024.0:0} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{count / 1024.0 / 1024.0:0.0} MiB");

    // Since the line before: a mean of the whole transfer would hide that nothing comes any more.
    private sealed class RateOfLate(ITransfer counts)
    {
        private long _at = TimeProvider.System.GetTimestamp();
        private long _bytes;

        public string Next()
        {
            var seconds = TimeProvider.System.GetElapsedTime(_at).TotalSeconds;
            var bytes = counts.Bytes;
            var rate = seconds < 0.001
                ? "-"
                : string.Create(CultureInfo.InvariantCulture, $"{(bytes - _bytes) * 8 / seconds / 1000:0} kb/s");
            (_at, _bytes) = (TimeProvider.System.GetTimestamp(), bytes);
            return rate;
        }
    }
}
