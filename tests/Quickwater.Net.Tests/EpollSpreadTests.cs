using System.Diagnostics;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Connections share one loop while it keeps up, and lose nothing when they move.</summary>
public sealed class EpollSpreadTests
{
    private const int Connections = 16;
    private static readonly TimeSpan Heavy = TimeSpan.FromMilliseconds(1);

    [EpollFact]
    public async Task A_loop_that_is_late_gives_connections_away_and_takes_them_back_when_it_has_room()
    {
        using var loops = new EpollLoops(2);
        var quiet = new SteadyStateTests.Quiet();
        using var engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, quiet);
        var log = new ServerLog();
        await using var server = Serving.Start(log, engine.Leaks, loops);
        var work = new Work();
        var peers = new List<Socket>();
        for (var i = 0; i < Connections; i++)
        {
            var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await peer.ConnectAsync(server.Local);
            engine.Open(await log.AcceptedAsync(), work);
            peers.Add(peer);
        }

        work.Turn = Heavy;
        await EchoUntilAsync(peers, () => loops.Watched.All(count => count > Connections / 4));
        work.Turn = TimeSpan.Zero;
        await EchoUntilAsync(peers, () => loops.Watched.Last() == 0);

        peers.ForEach(peer => peer.Dispose());
        await server.DisposeAsync();
        await engine.EndsAsync();
        Assert.Empty(quiet.Faults);
        Assert.Equal([0, 0], loops.Watched);
    }

    // Every connection sends a byte and gets it back, all at once, again and again.
    private static async Task EchoUntilAsync(List<Socket> peers, Func<bool> isThere)
    {
        var clock = Stopwatch.StartNew();
        var got = new byte[1];
        for (byte turn = 0; !isThere(); turn++)
        {
            Assert.True(clock.Elapsed < Completions.Patience, "the connections stay where they are");
            foreach (var peer in peers)
            {
                peer.Send([turn]);
            }

            foreach (var peer in peers)
            {
                Assert.Equal(1, await peer.ReceiveAsync(got, SocketFlags.None).WaitAsync(Completions.Patience));
                Assert.Equal(turn, got[0]);
            }
        }
    }

    internal sealed class Work : ISessionFactory
    {
        private readonly SteadyStateTests.EchoSession.Factory _echo = new();
        private long _turnTicks;

        public string Protocol => "work";

        public TimeSpan Turn
        {
            get => new(Volatile.Read(ref _turnTicks));
            set => Volatile.Write(ref _turnTicks, value.Ticks);
        }

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new Busy(_echo.Create(info, mailbox, now), this);
    }

    // An echo whose turn takes its time.
    private sealed class Busy(ISession echo, Work work) : ISession
    {
        public Instant Deadline => echo.Deadline;

        public Reason Ended => echo.Ended;

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
        {
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < work.Turn)
            {
                Thread.SpinWait(20);
            }

            return echo.Receive(bytes, now);
        }

        public void PeerFinished(Instant now) => echo.PeerFinished(now);

        public bool Transmit(SendBatch batch, Instant now) => echo.Transmit(batch, now);

        public void Sent(long bytes, Instant now) => echo.Sent(bytes, now);

        public void Tick(Instant now) => echo.Tick(now);

        public void Handle(in Command command, Instant now) => echo.Handle(command, now);

        public void Close(Reason why, Instant now) => echo.Close(why, now);
    }
}
