using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Bench;

/// <summary>A server process on the real engine: accepts TCP connections and opens a session on each.</summary>
internal sealed class EngineServer(Engine engine, ISessionFactory factory) : ITcpServerEvents
{
    public static Engine CreateEngine(EngineOptions? options = null) =>
        new(options ?? new EngineOptions(), new SystemScheduler(ownTimer: true), TimeProvider.System, new Faults());

    /// <summary>Echoes until the input ends.</summary>
    public static async Task<int> EchoAsync(string backEnd)
    {
        using var engine = CreateEngine();
        return await RunAsync(engine, new EchoSession.Factory(), backEnd);
    }

    /// <summary>Serves until the input ends; answers each line of it with figures.</summary>
    public static async Task<int> RunAsync(Engine engine, ISessionFactory factory, string backEnd)
    {
        using var loops = BackEnd.Loops(backEnd);
        var options = new TcpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Backlog = 4096,
            Limits = new AcceptLimits { ConnectionsMax = 100_000 },
        };
        if (!TcpServer.TryStart(options, new EngineServer(engine, factory), engine.Leaks, TimeProvider.System, out var server, out var why, loops))
        {
            await Console.Error.WriteLineAsync(why.Text());
            return 1;
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync($"listening {server.Local.Port}");
            while (await Console.In.ReadLineAsync() is { } what)
            {
                var heap = what == "heap" ? GC.GetTotalMemory(forceFullCollection: true) : 0;
                await Console.Out.WriteLineAsync(
                    $"open {engine.OpenCount} heap {heap} allocated {GC.GetTotalAllocatedBytes()}");
            }
        }

        return 0;
    }

    public void Accepted(ITransport transport) => engine.Open(transport, factory);

    public void Refused(IPEndPoint remote, Reason why) => Console.Error.WriteLine($"refused: {why.Text()}");

    public void AcceptFailing(Reason why, SocketError error) => Console.Error.WriteLine($"accept fails: {why.Text()}");

    public void Faulted(IPEndPoint? remote, Exception fault) => Console.Error.WriteLine(fault);

    public void AcceptRecovered(long failures) => Console.Error.WriteLine("accept works again");

    private sealed class Faults : IConnectionObserver
    {
        public void Opened(ConnectionInfo connection)
        {
        }

        public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
        {
        }

        public void Faulted(ConnectionInfo connection, Exception fault) => Console.Error.WriteLine(fault);
    }
}
