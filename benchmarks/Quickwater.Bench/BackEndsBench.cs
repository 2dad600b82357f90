namespace Quickwater.Bench;

/// <summary>
/// Server CPU per 64-byte pipelined frame for each socket back end, next to the C floor, and what idle connections cost. All
/// servers run the whole time and are measured in turn, several rounds, so that a slow minute of the machine hits all alike.
/// </summary>
internal static class BackEndsBench
{
    private const int Window = 16;
    private const int Rounds = 4;
    private const int Seconds = 1;
    private const int IdleSeconds = 3;
    private const int IdleConnections = 1000;

    private static readonly string OneEach = $"epoll{Environment.ProcessorCount}";

    private static readonly (string Name, string BackEnd, string Receive, bool Inline)[] Candidates =
    [
        ("C epoll, one thread (floor)", "", "", false),
        ("Socket, buffer posted", "socket", "posted", false),
        ("Socket, zero-byte wait", "socket", "wait", false),
        ("Socket inline, buffer posted", "socket", "posted", true),
        ("Socket inline, zero-byte wait", "socket", "wait", true),
        ("one epoll loop, buffer posted", "epoll1", "posted", false),
        ("one epoll loop, wait", "epoll1", "wait", false),
        ("an epoll loop a core, wait", OneEach, "wait", false),
    ];

    public static async Task RunAsync()
    {
        Console.WriteLine($"Server CPU, ns per 64-byte frame echoed, window {Window}, median of {Rounds} rounds of {Seconds} s (least to most); x is the median of the ratios to the floor of the same round");
        Console.WriteLine($"{"",-32}{"100 connections",28}{"500 connections",28}{"1000 connections",28}");
        var results = Candidates.Select(_ => new[] { new Samples(), new Samples(), new Samples() }).ToArray();
        int[] counts = [100, 500, 1000];
        var servers = new List<ServerProcess>();
        try
        {
            foreach (var candidate in Candidates)
            {
                servers.Add(await StartAsync(candidate));
                await MeasureAsync(servers[^1], 100); // compiles and warms
            }

            for (var round = 0; round < Rounds; round++)
            {
                for (var column = 0; column < counts.Length; column++)
                {
                    for (var row = 0; row < servers.Count; row++)
                    {
                        results[row][column].Add(await MeasureAsync(servers[row], counts[column]));
                    }
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

        for (var row = 0; row < Candidates.Length; row++)
        {
            var cells = results[row].Select((one, column) => one.Cell(results[0][column], "0"));
            Console.WriteLine($"{Candidates[row].Name,-32}{string.Concat(cells.Select(cell => $"{cell,28}"))}");
        }

        await IdleAsync();
    }

    private static async Task IdleAsync()
    {
        Console.WriteLine();
        Console.WriteLine($"{IdleConnections} idle connections: CPU of {IdleSeconds} s for all, resident bytes and bytes on the managed heap for each");
        foreach (var candidate in Candidates)
        {
            await using var server = await StartAsync(candidate);
            await MeasureAsync(server, 100);
            var isManaged = candidate.BackEnd.Length > 0;
            var heapBefore = isManaged ? (await server.AskAsync("heap"))["heap"] : 0;
            var before = server.ResidentBytes;
            var idle = Floor.RunAsync("ecli", server.Port, IdleConnections, 0, IdleSeconds, 0, server.Id);
            await Task.Delay(TimeSpan.FromSeconds(IdleSeconds)); // it connects, waits for a second, then measures
            var resident = (server.ResidentBytes - before) / IdleConnections;
            var cpu = (await idle)["server_cpu"];
            var heap = isManaged ? await HeapAsync(server, heapBefore) : "";
            Console.WriteLine($"{candidate.Name,-32}{cpu * 1000,10:0.0} ms{resident,12} B{heap,12}");
        }
    }

    // In a run of its own: the collection that it needs is no cost of idling.
    private static async Task<string> HeapAsync(ServerProcess server, double before)
    {
        var idle = Floor.RunAsync("ecli", server.Port, IdleConnections, 0, 3, 0, server.Id);
        Figures now;
        do
        {
            now = await server.AskAsync("heap");
        }
        while (now["open"] < IdleConnections && !idle.IsCompleted);

        await idle;
        return $"{(now["heap"] - before) / IdleConnections:0} B";
    }

    private static async Task<double> MeasureAsync(ServerProcess server, int connections)
    {
        var figures = await Floor.RunAsync("ecli", server.Port, connections, Window, Seconds, 64, server.Id);
        return figures["server_cpu"] / figures["messages"] * 1e9;
    }

    private static Task<ServerProcess> StartAsync((string Name, string BackEnd, string Receive, bool Inline) candidate) =>
        candidate.BackEnd.Length == 0 ? ServerProcess.StartFloorAsync("esrv", "0")
            : ServerProcess.StartAsync(candidate.Inline, "serve-echo", candidate.BackEnd, candidate.Receive);
}
