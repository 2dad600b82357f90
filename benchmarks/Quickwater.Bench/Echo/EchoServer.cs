using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Bench;

/// <summary>A server process of the comparison: an <see cref="EchoPump"/> for each connection, over the chosen back end.</summary>
internal sealed class EchoServer(bool waitsFirst) : ITcpServerEvents
{
    public static async Task<int> RunAsync(string backEnd, string receive)
    {
        using var loops = BackEnd.Loops(backEnd);
        var options = new TcpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Backlog = 4096 };
        var leaks = new LeakCounters();
        if (!TcpServer.TryStart(options, new EchoServer(receive == "wait"), leaks, TimeProvider.System, out var server, out var why, loops))
        {
            await Console.Error.WriteLineAsync(why.Text());
            return 1;
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync($"listening {server.Local.Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
                await Console.Out.WriteLineAsync($"open {leaks.Sockets.Count - 1} heap {GC.GetTotalMemory(forceFullCollection: true)}");
            }
        }

        return 0;
    }

    public void Accepted(ITransport transport) => EchoPump.Start(transport, waitsFirst);

    public void Refused(IPEndPoint remote, Reason why) => Console.Error.WriteLine($"refused: {why.Text()}");

    public void AcceptFailing(Reason why, SocketError error) => Console.Error.WriteLine($"accept fails: {why.Text()}");

    public void Faulted(IPEndPoint? remote, Exception fault) => Console.Error.WriteLine(fault);

    public void AcceptRecovered(long failures) => Console.Error.WriteLine("accept works again");
}
