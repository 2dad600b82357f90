using System.Globalization;
using Spectre.Console;

namespace Quickwater.Server;

/// <summary>Shows how a transfer goes: a table that is redrawn on a terminal, a line every few seconds elsewhere.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan TableInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Unsettling = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Shows the counts until the transfer is over, then once more. While there is nothing to count it says so once, and a transfer that came to nothing shows no
    /// counts.
    /// </summary>
    /// <param name="title">What is transferred.</param>
    /// <param name="waiting">What it waits for before the first byte.</param>
    /// <param name="counts">How far it is.</param>
    /// <param name="transfer">The transfer.</param>
    /// <param name="environment">Where it is shown.</param>
    public static async Task<T> ShowAsync<T>(string title, string waiting, ITransfer counts, Task<T> transfer, CommandEnvironment environment)
    {
        var started = TimeProvider.System.GetTimestamp();
        await WaitAsync(title, waiting, counts, transfer, environment);
        if (counts.Bytes == 0)
        {
            return await transfer;
        }

        var rate = new Rate(counts, started);
        if (environment.ErrorIsTerminal)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Error) });
            await console.Live(Table(title, counts, TimeSpan.Zero, "-")).StartAsync(async live =>
            {
                while (!transfer.IsCompleted)
                {
                    await Task.WhenAny(transfer, Task.Delay(TableInterval));
                    live.UpdateTarget(Table(title, counts, TimeProvider.System.GetElapsedTime(started), rate.Next(transfer.IsCompleted)));
                }
            });
            return await transfer;
        }

        do
        {
            await Task.WhenAny(transfer, Task.Delay(LineInterval));
            if (!transfer.IsFaulted)
            {
                await environment.Error.WriteLineAsync(
                    $"{title}: {Line(counts, TimeProvider.System.GetElapsedTime(started), rate.Next(transfer.IsCompleted))}");
            }
        }
        while (!transfer.IsCompleted);

        return await transfer;
    }

    private static async Task WaitAsync(string title, string waiting, ITransfer counts, Task transfer, CommandEnvironment environment)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var told = false; counts.Bytes == 0 && !transfer.IsCompleted;)
        {
            await Task.WhenAny(transfer, Task.Delay(TableInterval));
            if (!told && counts.Bytes == 0 && !transfer.IsCompleted && TimeProvider.System.GetElapsedTime(started) >= Unsettling)
            {
                told = true;
                await environment.Error.WriteLineAsync($"{title}: {waiting}");
            }
        }
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

    // Since the line before, as a mean of the whole transfer would hide that nothing comes any more; at the end the mean of the whole, as nothing comes then.
    private sealed class Rate(ITransfer counts, long started)
    {
        private long? _at;
        private long _bytes;

        public string Next(bool isOver)
        {
            var since = isOver ? started : _at ?? started;
            var bytes = counts.Bytes - (isOver ? 0 : _bytes);
            var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
            (_at, _bytes) = (TimeProvider.System.GetTimestamp(), counts.Bytes);
            return seconds < 0.001 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{bytes * 8 / seconds / 1000:0} kb/s");
        }
    }
}
