using System.Globalization;

namespace Quickwater.Bench;

/// <summary>
/// The verbs. Those of <see cref="Measurements"/> are for people; <c>serve-*</c> are the server processes that these start, so that a
/// server's CPU is its own alone.
/// </summary>
internal static class Program
{
    private static readonly (string Name, string What, Func<Task> Run)[] Measurements =
    [
        ("engine", "the engine against C: echo, fan-out, memory of idle connections", EngineBench.RunAsync),
        ("datagrams", "datagram ports against C: echo of 500 peers at 10,000, 30,000 and 100,000 datagrams a second", DatagramBench.RunAsync),
        ("fanout", "the server with 1000 RTMP viewers, and with 500 Mb/s, against paced sends in C: CPU per GB, delay, memory", FanoutBench.RunAsync),
        ("audio", "audio stations with 500 and 1000 listeners against Icecast and paced sends in C, on one load generator: CPU, delay", AudioBench.RunAsync),
        ("rpc", "RPC at 8 connections x 64 calls at once against a C echo of the same frames: CPU and allocation per call; gRPC beside it", RpcBench.RunAsync),
        ("join", "how long a late joiner waits for its first picture", JoinBench.RunAsync),
        ("backends", "socket back ends against a C epoll echo: CPU per frame at 100, 500 and 1000 connections, idle cost", BackEndsBench.RunAsync),
    ];

    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["serve-echo", var backEnd, var receive]:
                return await EchoServer.RunAsync(backEnd, receive);
            case ["serve-engine-echo", var backEnd]:
                return await EngineServer.EchoAsync(backEnd);
            case ["serve-datagrams", var kind]:
                return await DatagramServer.RunAsync(kind);
            case ["serve-rpc"]:
                return await RpcTaskServer.RunAsync();
            case ["serve-fan", var viewers, var batchBytes, var backEnd]:
                return await FanServer.RunAsync(
                    int.Parse(viewers, CultureInfo.InvariantCulture), int.Parse(batchBytes, CultureInfo.InvariantCulture), backEnd);
            default:
                return await MeasureAsync(args);
        }
    }

    private static async Task<int> MeasureAsync(string[] args)
    {
        var chosen = Array.Find(Measurements, one => args is [var name] && one.Name == name);
        if (chosen.Run is null)
        {
            await Console.Error.WriteLineAsync("Measurements (./bench NAME):");
            foreach (var (name, what, _) in Measurements)
            {
                await Console.Error.WriteLineAsync($"  {name,-10} {what}");
            }

            await Console.Error.WriteLineAsync($"  {"mutants",-10} which small bugs the unit tests let live, by folder (docs/mutation.md)");
            return args.Length == 0 ? 0 : 2;
        }

        await chosen.Run();
        return 0;
    }
}
