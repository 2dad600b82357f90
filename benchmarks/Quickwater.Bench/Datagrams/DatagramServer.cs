using System.Net;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Bench;

/// <summary>A server process on a datagram port of the real engine.</summary>
internal static class DatagramServer
{
    /// <summary>Echoes until the input ends; answers each line of it with figures.</summary>
    /// <param name="kind"><c>shard</c> as by default, <c>woken</c> for each datagram, or <c>portable</c> for the runtime's sockets.</param>
    public static async Task<int> RunAsync(string kind)
    {
        using var engine = EngineServer.CreateEngine();
        var options = new UdpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Shards = 1, // as the floor
            Port = new DatagramPortOptions { PeersMax = 1_000_000, PeersPerAddressMax = 1_000_000 }, // each run of the load is as many new ones
            Portable = kind == "portable",
            Coalescing = kind == "woken" ? ReceiveCoalescing.Off : ReceiveCoalescing.Default,
        };
        if (!UdpServer.TryStart(options, new DatagramEcho.Factory(), engine, out var server, out var why))
        {
            await Console.Error.WriteLineAsync(why.Text());
            return 1;
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync($"listening {server.Local.Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
                await Console.Out.WriteLineAsync($"open {engine.OpenCount} allocated {GC.GetTotalAllocatedBytes()}");
            }
        }

        return 0;
    }
}
