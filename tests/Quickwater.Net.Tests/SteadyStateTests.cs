using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>The engine over real sockets allocates nothing for a message. It counts the whole process, so it runs alone.</summary>
[CollectionDefinition(nameof(SteadyStateTests), DisableParallelization = true)]
[Collection(nameof(SteadyStateTests))]
public sealed class SteadyStateTests
{
    private const int MessageBytes = 64;
    private const int Messages = 20_000;
    private const int ObjectBytesMin = 24;

    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    [Requirement("AUD-1.4")]
    public async Task A_steady_echo_allocates_nothing_for_a_message(bool epoll)
    {
        var (leaks, bytes) = await EchoAsync(epoll ? TestLoops.Shared : null);
        Assert.True(bytes < Messages * ObjectBytesMin / 2, $"{bytes} bytes for {Messages} messages"); // one object each would be twice that
        await leaks.NothingIsLeftAsync();
    }

    private static async Task<(LeakCounters Leaks, long Allocated)> EchoAsync(EpollLoops? loops)
    {
        var quiet = new Quiet();
        using var engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, quiet);
        var log = new ServerLog();
        await using var server = Serving.Start(log, engine.Leaks, loops);
        using var peer = Dial(server.Local);
        engine.Open(await log.AcceptedAsync(), new EchoSession.Factory());

        Echo(peer, Messages / 4); // pools fill, code is compiled
        var allocated = long.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // The runtime has work of its own now and then (compiling in tiers); a message that allocates does so every time.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Echo(peer, Messages);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        peer.Shutdown(SocketShutdown.Both);
        await server.DisposeAsync();
        await engine.EndsAsync();
        Assert.Empty(quiet.Faults);
        return (engine.Leaks, allocated);
    }

    // Blocking on purpose, from the connect on: a peer that awaits, even once, allocates for every receive.
    private static Socket Dial(IPEndPoint server)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(server);
        return peer;
    }

    private static void Echo(Socket peer, int count)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        Span<byte> answer = stackalloc byte[MessageBytes];
        for (var i = 0; i < count; i++)
        {
            message.Fill((byte)i);
            peer.Send(message);
            for (var have = 0; have < MessageBytes;)
            {
                have += peer.Receive(answer[have..]);
            }

            Assert.True(message.SequenceEqual(answer));
        }
    }

    internal sealed class EchoSession : ISession
    {
        private readonly byte[] _pending = new byte[4096];
        private int _length;

        public Instant Deadline => Instant.Never;

        public Reason Ended { get; private set; }

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
        {
            bytes.CopyTo(_pending.AsSpan(_length));
            _length += bytes.Length;
            return ReceiveResult.NeedMore(bytes.Length);
        }

        public bool Transmit(SendBatch batch, Instant now)
        {
            batch.Write(_pending.AsSpan(0, _length));
            _length = 0;
            return false;
        }

        public void PeerFinished(Instant now) => Ended = Reason.PeerClosed;

        public void Sent(long bytes, Instant now)
        {
        }

        public void Tick(Instant now)
        {
        }

        public void Handle(in Command command, Instant now) => Ended = command.Reason;

        public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;

        internal sealed class Factory : ISessionFactory
        {
            public string Protocol => "echo";

            public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new EchoSession();
        }
    }

    internal sealed class Quiet : IConnectionObserver
    {
        /// <summary>What the engine reported; what is thrown where it reports goes nowhere.</summary>
        public ConcurrentQueue<Exception> Faults { get; } = [];

        public void Opened(ConnectionInfo connection)
        {
        }

        public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
        {
        }

        public void Faulted(ConnectionInfo connection, Exception fault) => Faults.Enqueue(fault);
    }
}
