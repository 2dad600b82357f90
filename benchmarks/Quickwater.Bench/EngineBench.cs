using Quickwater.Media;

namespace Quickwater.Bench;

/// <summary>The engine by itself against what C can do on this machine in the same run: echo, fan-out, idle memory.</summary>
internal static class EngineBench
{
    private const int Rounds = 5;
    private const int Seconds = 1;
    private const int FanSeconds = 2;
    private const int Viewers = 100;
    private const int IdleConnections = 10_000;

    private static readonly string Loops = $"epoll{Environment.ProcessorCount}";

    public static async Task RunAsync()
    {
        await EchoAsync();
        await FanAsync();
        await IdleAsync(Loops);
        await IdleAsync("socket");
    }

    private static async Task EchoAsync()
    {
        Console.WriteLine($"Echo of pipelined 64-byte frames through Connection: server CPU, ns per frame, median of {Rounds} rounds (least to most), median ratio to the floor of the same round");
        Console.WriteLine($"{"",-34}{"100 connections, window 16",32}{"100 connections, window 64",32}");
        await using var floor = await ServerProcess.StartFloorAsync("esrv", "0");
        await using var loops = await ServerProcess.StartAsync(inline: false, "serve-engine-echo", Loops);
        await using var loop = await ServerProcess.StartAsync(inline: false, "serve-engine-echo", "epoll1");
        await using var plain = await ServerProcess.StartAsync(inline: false, "serve-engine-echo", "socket");
        await using var inline = await ServerProcess.StartAsync(inline: true, "serve-engine-echo", "socket");
        (string Name, ServerProcess Server)[] rows =
        [
            ("C epoll echo, one thread (floor)", floor), ("engine, an epoll loop a core", loops), ("engine, one epoll loop", loop),
            ("engine, runtime's sockets", plain), ("the same, inline completions", inline),
        ];
        int[] windows = [16, 64];
        var results = rows.Select(_ => windows.Select(_ => new Samples()).ToArray()).ToArray();
        foreach (var (_, server) in rows)
        {
            await EchoOnceAsync(server, 16); // compiles and warms
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var column = 0; column < windows.Length; column++)
            {
                for (var row = 0; row < rows.Length; row++)
                {
                    results[row][column].Add(await EchoOnceAsync(rows[row].Server, windows[column]));
                }
            }
        }

        for (var row = 0; row < rows.Length; row++)
        {
            Report(rows[row].Name, results[row], results[0], "0");
        }

        Console.WriteLine();
    }

    private static async Task FanAsync()
    {
        Console.WriteLine($"Fan-out of 1 KiB frames to {Viewers} viewers through Topic and Connection: server CPU, s/GB, median of {Rounds} rounds (least to most), median ratio to the floor of the same round");
        (string Name, Func<Task<ServerProcess>> Start)[] rows =
        [
            ("C, contiguous 16 KiB (floor)", () => ServerProcess.StartFloorAsync("fan", "0", $"{Viewers}", "4", "1024", "16", "60")),
            ("engine, batch 64 KiB (default)", () => ServerProcess.StartAsync(inline: false, "serve-fan", $"{Viewers}", "65536", Loops)),
            ("engine, batch 16 KiB", () => ServerProcess.StartAsync(inline: false, "serve-fan", $"{Viewers}", "16384", Loops)),
            ("runtime's sockets, batch 64 KiB", () => ServerProcess.StartAsync(inline: false, "serve-fan", $"{Viewers}", "65536", "socket")),
            ("runtime's sockets, batch 16 KiB", () => ServerProcess.StartAsync(inline: false, "serve-fan", $"{Viewers}", "16384", "socket")),
        ];
        var results = rows.Select(_ => new[] { new Samples() }).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                await using var server = await rows[row].Start();
                var figures = await Floor.RunAsync("sink", server.Port, Viewers, FanSeconds, server.Id);
                results[row][0].Add(figures["server_cpu"] / figures["bytes"] * 1e9);
            }
        }

        for (var row = 0; row < rows.Length; row++)
        {
            Report(rows[row].Name, results[row], results[0], "0.000");
        }

        Console.WriteLine();
    }

    private static async Task IdleAsync(string backEnd)
    {
        await using var server = await ServerProcess.StartAsync(inline: false, "serve-engine-echo", backEnd);
        await EchoOnceAsync(server, 16);
        var heapBefore = (await server.AskAsync("heap"))["heap"];
        var before = server.ResidentBytes;
        const int seconds = 4;
        var idle = Floor.RunAsync("ecli", server.Port, IdleConnections, 0, seconds, 0, server.Id);
        Figures now;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            now = await server.AskAsync("count");
        }
        while (now["open"] < IdleConnections && !idle.IsCompleted);

        var resident = (server.ResidentBytes - before) / now["open"];
        var heap = ((await server.AskAsync("heap"))["heap"] - heapBefore) / now["open"];
        var cpu = (await idle)["server_cpu"];
        Console.WriteLine($"{now["open"]} idle connections, {(backEnd == Loops ? "epoll loops" : "runtime's sockets")}: {resident:0} resident bytes each, {heap:0} of them on the managed heap; {cpu * 1000 / seconds:0.0} ms of CPU a second for all (with one collection)");
    }

    private static async Task<double> EchoOnceAsync(ServerProcess server, int window)
    {
        var figures = await Floor.RunAsync("ecli", server.Port, 100, window, Seconds, 64, server.Id);
        return figures["server_cpu"] / figures["messages"] * 1e9;
    }

    private static void Report(string name, Samples[] row, Samples[] floor, string format) =>
        Console.WriteLine($"{name,-34}{string.Concat(row.Select((one, column) => $"{one.Cell(floor[column], format),32}"))}");
}
