using Quickwater.Core;
using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>The network is unkind where it should be, and notices what its user does wrong.</summary>
public sealed class SimNetworkTests
{
    private static readonly Faults s_allPending = new() { PendingReceive = 1, PendingSend = 1 };

    [Fact]
    public void Two_sends_at_once_fail_the_world()
    {
        using var world = Linked(s_allPending, out var near, out _);
        near.Send(Batch("one"u8));

        var failure = Assert.Throws<SimulationFailedException>(() => near.Send(Batch("two"u8)));
        Assert.Contains("one send in flight", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_receives_at_once_fail_the_world()
    {
        using var world = Linked(s_allPending, out var near, out _);
        near.Receive(new byte[1]);
        Assert.Throws<SimulationFailedException>(() => near.Receive(new byte[1]));
    }

    [Fact]
    public void Releasing_a_batch_in_flight_fails_the_world()
    {
        using var world = Linked(s_allPending, out var near, out _);
        var batch = Batch("bytes"u8);
        near.Send(batch);
        batch.Release();

        var failure = Assert.Throws<SimulationFailedException>(() => world.Run(TimeSpan.FromSeconds(1)));
        Assert.Contains("not released", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_into_bytes_in_flight_fails_the_world()
    {
        using var world = Linked(s_allPending, out var near, out _);
        var bytes = new byte[100];
        var batch = new SendBatch();
        batch.Begin(100);
        batch.Reference(bytes, new Owner());
        near.Send(batch);
        bytes[50]++;

        var failure = Assert.Throws<SimulationFailedException>(() => world.Run(TimeSpan.FromSeconds(1)));
        Assert.Contains("not touched", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Touching_the_buffer_of_a_receive_in_flight_fails_the_world()
    {
        using var world = Linked(s_allPending, out var near, out var far);
        var buffer = new byte[100];
        near.Receive(buffer);
        buffer[99] = 1;
        far.Send(Batch("x"u8));

        Assert.Throws<SimulationFailedException>(() => world.Run(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void After_a_reset_the_batch_is_the_kernels_until_its_completion_comes()
    {
        using var world = Linked(s_allPending with { LateCompletion = 1 }, out var near, out var far);
        var batch = Batch("bytes"u8);
        near.Send(batch);
        far.Abort();
        world.Run(TimeSpan.Zero);
        Assert.True(near.Sending);

        batch.Release();
        Assert.Throws<SimulationFailedException>(() => world.Run(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Closing_with_unread_input_destroys_what_is_on_its_way()
    {
        using var world = Linked(Faults.None with { LatencyMin = TimeSpan.FromMilliseconds(50), LatencyMax = TimeSpan.FromMilliseconds(50) },
            out var near, out var far);
        near.Send(Batch("unread"u8));
        world.Run(TimeSpan.FromSeconds(1));

        far.Send(Batch("answer"u8));
        far.Close();
        world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(IoResult.Failed(Reason.ConnectionReset), near.Receive(new byte[100]));
        Assert.True(world.Marks.Hits.ContainsKey("close-with-unread-input"));
    }

    [Fact]
    public void Input_that_comes_after_close_resets_the_link()
    {
        using var world = Linked(Faults.None, out var near, out var far);
        far.Close();
        near.Send(Batch("too late"u8));
        world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(Reason.ConnectionReset, near.Broken);
    }

    [Fact]
    public void A_silent_link_moves_nothing_until_the_kernel_gives_up()
    {
        using var world = Linked(Faults.None, out var near, out var far);
        near.Vanish();
        near.Send(Batch("lost"u8));
        near.FinishSending();
        world.Run(Faults.None.KernelTimeout - TimeSpan.FromSeconds(1));
        Assert.False(far.HasInput);
        Assert.Equal(Reason.None, near.Broken);

        world.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(Reason.TransportTimedOut, near.Broken);
        Assert.Equal(Reason.TransportTimedOut, far.Broken);
    }

    [Theory]
    [Seeds(100)]
    public void What_arrives_is_a_beginning_of_what_was_sent(ulong seed)
    {
        using var world = new World(seed, Faults.Swarm(seed));
        var host = world.AddHost("server");
        var sent = new byte[world.Rng.Between(1, 200_000)];
        world.Rng.Fill(sent);
        var sink = new Sink();
        var peer = new RawPeer(world, host, sink, sent, RawManners.HalfClose);
        world.RunUntilClosed(TimeSpan.FromHours(1));

        Assert.Equal(sent[..sink.Received.Count], sink.Received);
        if (peer.Transport.Broken == Reason.None && host.Closed.ContainsKey(Reason.PeerClosed))
        {
            Assert.Equal(sent.Length, sink.Received.Count);
        }
    }

    [Fact]
    public void Some_swarms_have_a_fault_and_some_have_not()
    {
        var swarms = Enumerable.Range(0, 200).Select(static seed => Faults.Swarm((ulong)seed)).ToList();
        foreach (var rate in (Func<Faults, double>[])
            [f => f.PendingReceive, f => f.PendingSend, f => f.PartialReceive, f => f.LateCompletion, f => f.LateTurn,
             f => f.Interruption, f => f.Split, f => f.Stall, f => f.Reset, f => f.Vanish])
        {
            Assert.Contains(swarms, swarm => rate(swarm) > 0);
            Assert.Contains(swarms, swarm => rate(swarm) == 0);
            Assert.DoesNotContain(swarms, swarm => rate(swarm) is < 0 or > 1);
        }
    }

    private static World Linked(Faults faults, out SimTransport near, out SimTransport far)
    {
        var world = new World(7, faults);
        (near, far) = world.Network.Connect("link");
        near.Bind(new Silent());
        far.Bind(new Silent());
        return world;
    }

    private static SendBatch Batch(ReadOnlySpan<byte> bytes)
    {
        var batch = new SendBatch();
        batch.Begin(bytes.Length);
        batch.Write(bytes);
        return batch;
    }

    private sealed class Sink : ISession, ISessionFactory
    {
        internal List<byte> Received { get; } = [];

        public string Protocol => "sink";

        public Instant Deadline => Instant.Never;

        public Reason Ended { get; private set; }

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
        {
            Received.AddRange(bytes);
            return ReceiveResult.NeedMore(bytes.Length);
        }

        public void PeerFinished(Instant now) => Ended = Reason.PeerClosed;

        public bool Transmit(SendBatch batch, Instant now) => false;

        public void Sent(long bytes, Instant now)
        {
        }

        public void Tick(Instant now)
        {
        }

        public void Handle(in Command command, Instant now)
        {
        }

        public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;
    }

    private sealed class Silent : ITransportEvents
    {
        public void ReceiveCompleted(IoResult result)
        {
        }

        public void SendCompleted(IoResult result)
        {
        }

        public void Faulted(Exception fault) => Assert.Fail(fault.ToString());
    }

    private sealed class Owner : ISharedBytes
    {
        public void Retain()
        {
        }

        public void Release()
        {
        }
    }
}
