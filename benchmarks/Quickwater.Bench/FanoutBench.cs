using System.Diagnostics;

namespace Quickwater.Bench;

/// <summary>
/// The server as it is started by its users, with a thousand RTMP viewers of its own load generator, beside C that sends as many bytes at the
/// same pace and does nothing else.
/// </summary>
internal static class FanoutBench
{
    private const int Rounds = 3;
    private const int Seconds = 6;

    private static readonly Case[] Cases =
    [
        new("1,000 viewers of 500 kb/s", 1000, 1, 500, 25, ["0", "5ms", "10ms", "20ms", "40ms"]),
        new("100 viewers of 5 Mb/s (500 Mb/s)", 100, 1, 5000, 30, ["0", "10ms"]),
        new("1 viewer of 50 Mb/s", 1, 1, 50_000, 60, ["0"]),
    ];

    public static async Task RunAsync()
    {
        foreach (var one in Cases)
        {
            await CaseAsync(one);
        }
    }

    private static async Task CaseAsync(Case one)
    {
        // As many sends a second as the stream has frames, and fewer.
        var perFrame = (int)(1e6 / (one.FramesPerSecond + (48_000 / 1024.0)));
        int[] floors = [perFrame, 20_000, 40_000];
        var floor = floors.Select(_ => new Samples()).ToArray();
        var rows = one.Flush.Select(_ => new Rows()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < floors.Length; i++)
            {
                await using var paced = await ServerProcess.StartFloorAsync("paced", "0", $"{one.Viewers}", $"{one.Kilobits}", $"{floors[i]}");
                var figures = await Floor.RunAsync("sink", paced.Port, one.Viewers, Seconds, paced.Id);
                floor[i].Add(figures["server_cpu"] / figures["bytes"] * 1e9);
            }

            for (var i = 0; i < rows.Length; i++)
            {
                rows[i].Add(await LoadAsync(one, one.Flush[i]));
            }
        }

        Console.WriteLine($"{one.Name}: server CPU in s/GB, median of {Rounds} rounds (least to most), and the median ratio to C that sends as often as there are frames");
        for (var i = 0; i < floors.Length; i++)
        {
            Console.WriteLine($"  {$"C, a send every {floors[i] / 1000.0:0.0} ms",-30}{floor[i].Cell(floor[0], "0.00"),30}");
        }

        for (var i = 0; i < rows.Length; i++)
        {
            Console.WriteLine($"  {$"serve, flushInterval {one.Flush[i]}",-30}{rows[i].PerGigabyte.Cell(floor[0], "0.00"),30}{rows[i].Text}");
        }

        Console.WriteLine();
    }

    private static async Task<Figures> LoadAsync(Case one, string flush)
    {
        var start = new ProcessStartInfo(Product.Executable, [
            "bench", "rtmp", "--viewers", $"{one.Viewers}", "--publishers", $"{one.Publishers}", "--kbps", $"{one.Kilobits}", "--fps",
            $"{one.FramesPerSecond}", "--duration", $"{Seconds}", "--set", $"rtmp.flushInterval={flush}", "--figures",
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The load generator did not start.");
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return line.Length > 0 ? Figures.Parse(line) : throw new InvalidOperationException($"The load generator ended with {process.ExitCode}.");
    }

    private sealed record Case(string Name, int Viewers, int Publishers, int Kilobits, int FramesPerSecond, string[] Flush);

    private sealed class Rows
    {
        private readonly List<Figures> _all = [];

        public Samples PerGigabyte { get; } = new();

        public string Text => $"   p50 {Median("p50_ms"):0.00} ms, p99 {Median("p99_ms"):0.00} ms, max {Median("max_ms"):0.00} ms, "
            + $"missing {_all.Sum(one => one["expected"] - one["received"])} of {_all.Sum(one => one["expected"])}, {Median("viewer_bytes"):0} B a viewer, load {Median("load_cpu") / Median("seconds") * 100:0} % of a core";

        public void Add(Figures figures)
        {
            _all.Add(figures);
            PerGigabyte.Add(figures["server_cpu"] / figures["bytes"] * 1e9);
        }

        private double Median(string name) => _all.Select(one => one[name]).Order().ElementAt(_all.Count / 2);
    }
}
