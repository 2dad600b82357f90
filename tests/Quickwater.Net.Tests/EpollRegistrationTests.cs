using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A loop's thread may serve a socket before the call that registers it returns: what it sees by then is whole.</summary>
public sealed class EpollRegistrationTests
{
    private const int Busy = 3;
    private const int Stormers = 4;
    private const int ConnectsEach = 15_000;
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(1);

    [EpollFact]
    [Requirement("MED-9.8")]
    public async Task A_loop_that_moves_a_socket_before_its_registration_returns_finds_it_whole()
    {
        using var loops = new EpollLoops(2);
        var moved = 0;
        loops.OnWatched = transport =>
        {
            if (Interlocked.Increment(ref moved) == 1)
            {
                transport.MoveTo(loops[1]); // as its loop's thread would, the moment it is registered
            }
        };
        await using (var pair = await TcpPair.OpenAsync(loops: loops))
        {
            Assert.True(Volatile.Read(ref moved) >= 2, "it was not moved");

            // By the other loop, or by the first again, which has room; on the way between them by none.
            await Until.HoldsAsync(() => Task.FromResult(loops.Watched.Sum()), static watched => watched == 1, Completions.Patience, "one loop watches it");
            var buffer = new byte[1];
            var receiving = pair.ReceiveAsync(buffer);
            await pair.Peer.SendAsync(new byte[] { 7 });
            Assert.Equal(IoResult.Completed(1), await receiving);
            Assert.Equal(7, buffer[0]);
        }

        Assert.Equal([0, 0], loops.Watched);
    }

    [EpollFact(isLong: true)]
    [Requirement("MED-9.8")]
    public async Task A_storm_of_peers_that_connect_and_close_leaves_loops_and_busy_connections_alone()
    {
        using var loops = new EpollLoops(2);
        var quiet = new SteadyStateTests.Quiet();
        using var engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, quiet);
        var slow = new EpollSpreadTests.Work { Turn = Late }; // so that the loops move connections all the time
        var quick = new SteadyStateTests.EchoSession.Factory();
        var opened = 0;
        var log = new ServerLog { OnAccepted = transport => engine.Open(transport, Interlocked.Increment(ref opened) <= Busy ? slow : quick) };
        await using var server = Serving.Start(log, engine.Leaks, loops);

        var over = new TaskCompletionSource();
        var busy = Enumerable.Range(0, Busy).Select(_ => Task.Run(() => EchoAsync(server.Local, over.Task))).ToArray();
        await Until.HoldsAsync(() => Volatile.Read(ref opened) == Busy, Completions.Patience, "the busy ones are there");
        await Task.WhenAll(Enumerable.Range(0, Stormers).Select(_ => Task.Run(() => StormAsync(server.Local))));
        over.SetResult();
        Assert.All(await Task.WhenAll(busy), static echoed => Assert.True(echoed > 0));
        await server.DisposeAsync();
        await engine.EndsAsync();
        Assert.Empty(quiet.Faults);
        Assert.Equal([0, 0], loops.Watched);
    }

    private static async Task StormAsync(IPEndPoint to)
    {
        for (var i = 0; i < ConnectsEach; i++)
        {
            using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            peer.LingerState = new LingerOption(i % 2 == 0, 0); // every other with a reset
            await peer.ConnectAsync(to);
        }
    }

    // Sends and gets back as fast as it can. The answer is how often.
    private static async Task<long> EchoAsync(IPEndPoint to, Task until)
    {
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(to);
        var bytes = new byte[1024];
        var times = 0L;
        while (!until.IsCompleted)
        {
            await peer.SendAsync(bytes);
            for (var got = 0; got < bytes.Length;)
            {
                var some = await peer.ReceiveAsync(bytes.AsMemory(got)).AsTask().WaitAsync(Completions.Patience);
                Assert.NotEqual(0, some);
                got += some;
            }

            times++;
        }

        return times;
    }
}
