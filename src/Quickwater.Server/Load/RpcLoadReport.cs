using System.Globalization;
using Quickwater.Rpc;
using Spectre.Console;

namespace Quickwater.Server;

/// <summary>What a load of calls showed.</summary>
internal sealed record RpcLoadReport
{
    private static readonly double[] Shares = [0.5, 0.9, 0.99, 0.999];

    /// <summary>What it consisted of.</summary>
    public required RpcLoadOptions Options { get; init; }

    /// <summary>Time measured.</summary>
    public required TimeSpan Measured { get; init; }

    /// <summary>The times of the calls that have a result.</summary>
    public required LoadWindow Window { get; init; }

    /// <summary>Calls that have an error, by its code.</summary>
    public required IReadOnlyDictionary<RpcErrorCode, long> Errors { get; init; }

    /// <summary>Calls that were due and not sent, because the server did not keep up.</summary>
    public required long Unsent { get; init; }

    /// <summary>Processor time of the load generator.</summary>
    public required TimeSpan LoadCpu { get; init; }

    /// <summary>Processor time of the server; null when it is not ours.</summary>
    public TimeSpan? ServerCpu { get; init; }

    /// <summary>Calls that have a result.</summary>
    public long Calls => Window.SinceDue.Count;

    /// <summary>The same as one line of names and numbers, for programs.</summary>
    public string Figures => Text(
        $"calls {Calls} seconds {Measured.TotalSeconds:0.000} errors {Errors.Values.Sum()} unsent {Unsent} p50_us {Micros(0.5)} p90_us {Micros(0.9)} p99_us {Micros(0.99)} p999_us {Micros(0.999)} max_us {Window.SinceDue.Most.TotalMicroseconds:0} load_cpu {LoadCpu.TotalSeconds:0.000} server_cpu {ServerCpu?.TotalSeconds ?? 0:0.000}");

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter output)
    {
        var loop = Options.Rate > 0 ? Text($"{Options.Rate} calls a second") : "a call when another is over";
        output.WriteLine(Text(
            $"{Options.Method}, {Options.Payload.Length} bytes: {Options.Connections} connections, {Options.InFlight} calls at once on each, {loop}"));
        output.WriteLine(Text($"{Calls} calls in {Measured.TotalSeconds:0.0} s, {Calls / Measured.TotalSeconds:0} a second"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 100;
        console.Write(Table());
        foreach (var (code, count) in Errors)
        {
            output.WriteLine(Text($"errors     {count} {(Enum.IsDefined(code) ? code.ToString() : "application error")} [{(int)code}]"));
        }

        if (Unsent > 0)
        {
            output.WriteLine(Text($"not sent   {Unsent} calls that were due: the server did not keep up"));
        }

        output.WriteLine(Text($"load       {LoadCpu.TotalSeconds / Measured.TotalSeconds * 100:0} % of a core"));
        if (ServerCpu is { } cpu && Calls > 0)
        {
            output.WriteLine(Text($"server     {cpu.TotalSeconds / Measured.TotalSeconds * 100:0} % of a core, {cpu.TotalMicroseconds / Calls:0.00} µs a call"));
        }
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("milliseconds");
        foreach (var name in (string[])["p50", "p90", "p99", "p99.9", "max"])
        {
            table.AddColumn(name, column => column.RightAligned());
        }

        if (Options.Rate > 0)
        {
            table.AddRow(["from the instant it was due", .. Row(Window.SinceDue)]);
        }

        table.AddRow(["from the instant it was sent", .. Row(Window.SinceSent)]);
        return table;
    }

    private static IEnumerable<string> Row(DelayHistogram delays) =>
        Shares.Select(delays.Percentile).Append(delays.Most).Select(delay => Text($"{delay.TotalMilliseconds:0.000}"));

    private string Micros(double share) => Text($"{Window.SinceDue.Percentile(share).TotalMicroseconds:0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
