namespace Quickwater.Bench;

/// <summary>Datagram ports against what C can do on this machine in the same run: an echo of many peers, woken for each datagram and looking each 0.5 ms.</summary>
internal static class DatagramBench
{
    private const int Rounds = 5;
    private const int Seconds = 2;
    private const int Peers = 500;
    private const int MessageBytes = 32;

    private static readonly int[] Rates = [10_000, 30_000, 100_000];

    public static async Task RunAsync()
    {
        Console.WriteLine($"Echo of {MessageBytes}-byte datagrams, {Peers} peers: server CPU, us per datagram, median of {Rounds} rounds (least to most), median ratio to the C of its kind in the same round");
        Console.WriteLine($"{"",-38}{string.Concat(Rates.Select(static rate => $"{$"{rate:N0} a second",28}"))}");
        await using var woken = await ServerProcess.StartFloorAsync("uecho", "0");
        await using var looking = await ServerProcess.StartFloorAsync("uecho", "0", "500");
        await using var shard = await ServerProcess.StartAsync(inline: false, "serve-datagrams", "shard");
        await using var shardWoken = await ServerProcess.StartAsync(inline: false, "serve-datagrams", "woken");
        await using var portable = await ServerProcess.StartAsync(inline: false, "serve-datagrams", "portable");
        (string Name, ServerProcess Server, int Floor)[] rows =
        [
            ("C, woken for each (floor)", woken, 0), ("C, looking each 0.5 ms (floor)", looking, 1), ("port, looking each 0.5 ms (default)", shard, 1),
            ("port, woken for what comes", shardWoken, 0), ("port, runtime's sockets", portable, 0),
        ];
        var results = rows.Select(static _ => Rates.Select(static _ => new Samples()).ToArray()).ToArray();
        var (lost, sent) = (new double[rows.Length], 0.0);
        foreach (var (_, server, _) in rows)
        {
            await Floor.RunAsync("uload", server.Port, Peers, Rates[0], Seconds, MessageBytes, server.Id); // compiles and warms
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var column = 0; column < Rates.Length; column++)
            {
                for (var row = 0; row < rows.Length; row++)
                {
                    var figures = await Floor.RunAsync("uload", rows[row].Server.Port, Peers, Rates[column], Seconds, MessageBytes, rows[row].Server.Id);
                    results[row][column].Add(figures["server_cpu"] / figures["messages"] * 1e6);
                    lost[row] += figures["lost"];
                    sent += (figures["messages"] + figures["lost"]) / rows.Length;
                }
            }
        }

        for (var row = 0; row < rows.Length; row++)
        {
            var cells = results[row].Select((one, column) => $"{one.Cell(results[rows[row].Floor][column], "0.0"),28}");
            Console.WriteLine($"{rows[row].Name,-38}{string.Concat(cells)}   lost {lost[row] / sent:P2}");
        }

        var before = (await shard.AskAsync("figures"))["allocated"];
        var last = await Floor.RunAsync("uload", shard.Port, Peers, Rates[^1], Seconds, MessageBytes, shard.Id);
        var allocated = (await shard.AskAsync("figures"))["allocated"] - before;
        Console.WriteLine($"Allocated by the port's process: {allocated / last["messages"]:0.00} bytes for each of {last["messages"]:N0} datagrams");
    }
}
