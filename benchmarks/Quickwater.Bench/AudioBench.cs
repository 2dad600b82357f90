namespace Quickwater.Bench;

/// <summary>
/// Audio stations in the server as its users start it, beside Icecast and beside C that sends as many bytes at the same pace and does nothing else. The
/// same program is source and listeners for all of them: it writes a chunk whenever one is due, and tells from the chunk's own stamp how long it was on
/// its way to a listener.
/// </summary>
internal static class AudioBench
{
    private const int Rounds = 3;
    private const int Seconds = 4;
    private const int Sampled = 50; // listeners that read what they get
    private const int ChunkMilliseconds = 20;

    private static readonly Case[] Cases =
    [
        new("500 listeners of 176 KB/s", 500, "s16/44100/2", 176_400, [100, 20]),
        new("1,000 listeners of 16 KB/s", 1000, "s16/8000/1", 16_000, [120, 100]),
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
        var servers = new List<IAsyncDisposable>();
        var rows = new List<Row>();
        try
        {
            await AddRowsAsync(one, servers, rows);
            foreach (var row in rows.Where(static row => !row.IsFloor))
            {
                await row.Load(); // compiles and warms
            }

            for (var round = 0; round < Rounds; round++)
            {
                foreach (var row in rows)
                {
                    row.Add(await row.Load());
                }
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }

        Console.WriteLine($"{one.Name}: server CPU in cores, median of {Rounds} rounds of {Seconds} s (least to most), and the median ratio to the first row of the same round; delay from the instant a chunk was due to its last byte at a listener");
        foreach (var row in rows)
        {
            Console.WriteLine($"  {row.Name,-30}{row.Cores.Cell(rows[0].Cores, "0.000"),30}{row.Text(one)}");
        }

        Console.WriteLine();
    }

    private static async Task AddRowsAsync(Case one, List<IAsyncDisposable> servers, List<Row> rows)
    {
        if (await Icecast.StartAsync() is { } icecast)
        {
            servers.Add(icecast);
            rows.Add(new Row("Icecast", () => LoadAsync(one, "ice", icecast.Port, "bench", Icecast.Password, icecast.Id)));
        }

        foreach (var latency in one.Latencies)
        {
            var serve = await Product.StartAsync("audio", $"audio.latency={latency}ms", "audio.burst=0", $"audio.stations=bench[raw={one.Raw}]=-");
            servers.Add(serve);
            rows.Add(new Row($"serve, audio.latency {latency} ms", () => LoadAsync(one, "qwau", serve.Port, "bench", serve.Input, serve.Id)));
        }

        rows.AddRange(((int[])[ChunkMilliseconds, .. one.Latencies]).Distinct().Order().Select(
            every => new Row($"C, a send every {every} ms", () => FloorAsync(one, every), IsFloor: true)));
    }

    private static Task<Figures> LoadAsync(Case one, string protocol, int port, string station, string through, int server) => Floor.RunAsync(
        "radio", protocol, port, station, through, one.Listeners, Sampled, Seconds, server, one.ChunkBytes, ChunkMilliseconds * 1000);

    private static async Task<Figures> FloorAsync(Case one, int every)
    {
        await using var paced = await ServerProcess.StartFloorAsync("paced", "0", $"{one.Listeners}", $"{one.BytesPerSecond / 125.0}", $"{every * 1000}");
        return await LoadAsync(one, "raw", paced.Port, "-", "-", paced.Id);
    }

    private sealed record Case(string Name, int Listeners, string Raw, int BytesPerSecond, int[] Latencies)
    {
        public int ChunkBytes => BytesPerSecond * ChunkMilliseconds / 1000;
    }

    private sealed record Row(string Name, Func<Task<Figures>> Load, bool IsFloor = false)
    {
        private readonly List<Figures> _all = [];

        public Samples Cores { get; } = new();

        public void Add(Figures figures)
        {
            _all.Add(figures);
            Cores.Add(figures["server_cpu"] / figures["seconds"]);
        }

        public string Text(Case one)
        {
            var got = Median("bytes") / (Median("seconds") * one.Listeners * one.BytesPerSecond);
            var load = Median("load_cpu") / Median("seconds");
            return IsFloor ? $"   {got * 100:0} % of the bytes, load {load:0.00} cores"
                : $"   p50 {Range("p50_ms")}, p99 {Range("p99_ms")}, max {Range("max_ms")} ms; missing {_all.Sum(static figures => figures["missing"])} of "
                    + $"{_all.Sum(static figures => figures["chunks"])}, closed {_all.Sum(static figures => figures["closed"])}, {got * 100:0} % of the bytes; load {load:0.00} cores, its source at most {_all.Max(static figures => figures["source_late_ms"]):0.0} ms late";
        }

        private string Range(string name) => $"{Median(name):0.0} ({_all.Min(figures => figures[name]):0.0}-{_all.Max(figures => figures[name]):0.0})";

        private double Median(string name) => _all.Select(figures => figures[name]).Order().ElementAt(_all.Count / 2);
    }
}
