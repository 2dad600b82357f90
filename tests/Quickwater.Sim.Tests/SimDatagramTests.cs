using System.Net;
using Quickwater.Conformance;
using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>The simulated datagram socket keeps the contract when nothing goes wrong.</summary>
public sealed class CalmSimDatagramTests : DatagramConformance
{
    protected override DatagramPair Open() => new SimDatagramPair(1, DatagramFaults.None);
}

/// <summary>The simulated datagram socket keeps the contract when sends wait, receives are false alarms, and what comes is taken together.</summary>
public sealed class FitfulSimDatagramTests : DatagramConformance
{
    protected override DatagramPair Open() => new SimDatagramPair(2, new DatagramFaults
    {
        Delay = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(40)), PendingSend = 0.5, FalseAlarm = 1, Coalesce = 0.7, ReceiveBytes = (300_000, 300_000),
    });
}

/// <summary>Each fault that may befall a datagram happens when it is asked for, and the ledger has it.</summary>
[Requirement("NET-3.4")]
public sealed class SimDatagramFaultTests
{
    private const int Count = 400;

    [Fact]
    public void Losses_come_in_bursts() =>
        Assert.InRange(Play(new DatagramFaults { Loss = 0.05, LossBurstMax = 10 }).Ledger.LostBy(DatagramLoss.Lost), Count / 20, Count * 3 / 4);

    [Fact]
    public void Copies_are_delivered_as_well()
    {
        var (ledger, received) = Play(new DatagramFaults { Duplicate = 0.5 });
        Assert.InRange(ledger.Duplicated, Count / 4, Count * 3 / 4);
        Assert.Equal(Count + ledger.Duplicated, received.Count);
    }

    [Fact]
    public void Some_are_overtaken()
    {
        var (_, received) = Play(new DatagramFaults { Reorder = 0.3 });
        Assert.Equal(Count, received.Count);
        Assert.NotEqual(received.Order(), received);
    }

    [Fact]
    public void Jitter_alone_overtakes_nobody()
    {
        var (_, received) = Play(new DatagramFaults { Jitter = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(Enumerable.Range(0, Count), received);
    }

    [Fact]
    public void Some_are_changed_and_arrive() =>
        Assert.InRange(Play(new DatagramFaults { Corrupt = 0.2 }).Ledger.Corrupted, Count / 10, Count / 3);

    [Fact]
    public void A_hole_takes_what_is_longer_than_its_MTU_and_nothing_else()
    {
        var (ledger, received) = Play(new DatagramFaults { MtuHole = 1, MtuBytes = 100 }, static i => i % 4 == 0 ? 101 : 100);
        Assert.Equal(Count / 4, ledger.LostBy(DatagramLoss.Mtu));
        Assert.DoesNotContain(received, static i => i % 4 == 0);
    }

    [Fact]
    public void A_path_of_a_rate_holds_its_queue_and_drops_what_does_not_fit_at_the_tail()
    {
        const int bytes = 100;
        var (ledger, received) = Play(new DatagramFaults { BytesPerSecond = 10_000, QueueBytesMax = 5000 }, static _ => bytes);
        Assert.Equal(5000 / bytes, received.Count); // all came at once
        Assert.Equal(Count - received.Count, ledger.LostBy(DatagramLoss.Queue));
        Assert.Equal(Enumerable.Range(0, received.Count), received);
    }

    [Fact]
    public void A_blackout_takes_everything_for_a_time()
    {
        var (ledger, _) = Play(new DatagramFaults { Blackout = 1, BlackoutMax = TimeSpan.FromSeconds(5) });
        Assert.InRange(ledger.LostBy(DatagramLoss.Blackout), Count / 2, Count);
    }

    [Fact]
    public void A_receive_buffer_that_is_full_drops_also_empty_ones()
    {
        var (ledger, received) = Play(new DatagramFaults { ReceiveBytes = (10_000, 10_000) }, static _ => 4);
        Assert.InRange(received.Count, 1, Count / 2);
        Assert.Equal(Count - received.Count, ledger.LostBy(DatagramLoss.ReceiveBuffer));
    }

    [Fact]
    public void A_translator_that_forgets_gives_another_address_and_what_goes_to_the_old_one_is_lost()
    {
        using var pair = new SimDatagramPair(3, DatagramFaults.None, behindNat: true);
        var (near, far) = (new DatagramDriver(pair, pair.Near), new DatagramDriver(pair, pair.Far));
        near.Send(pair.Far.Local, [1]);
        var before = far.Receive().From;
        ((SimDatagramSocket)pair.Near).Rebind();
        near.Send(pair.Far.Local, [2]);
        var after = far.Receive().From;

        Assert.NotEqual(before, after);
        far.Send(before, [3]);
        far.Send(after, [4]);
        Assert.Equal([4], near.Receive().Bytes);
        Assert.Equal(1, pair.World.Datagrams.Ledger.LostBy(DatagramLoss.Unbound));
    }

    [Fact]
    public void The_same_seed_gives_the_same_network()
    {
        var faults = DatagramFaults.Swarm(7);
        Assert.Equal(Play(faults).Received, Play(faults).Received);
    }

    private static (SimDatagramLedger Ledger, IReadOnlyList<int> Received) Play(DatagramFaults faults, Func<int, int>? lengthOf = null)
    {
        using var pair = new SimDatagramPair(5, faults);
        var (near, far) = (new DatagramDriver(pair, pair.Near), new DatagramDriver(pair, pair.Far));
        var batch = new DatagramBatch(1 << 20, Count);
        for (var i = 0; i < Count; i++)
        {
            var bytes = new byte[lengthOf?.Invoke(i) ?? 100];
            BitConverter.TryWriteBytes(bytes, i);
            batch.TryWrite(pair.Far.Local, bytes);
        }

        near.Send(batch);
        pair.World.Run(TimeSpan.FromMinutes(1));
        var received = new List<int>();
        while (pair.World.Datagrams.Waiting > 0)
        {
            received.Add(BitConverter.ToInt32(far.Receive().Bytes));
        }

        var ledger = pair.World.Datagrams.Ledger;
        Assert.Equal(ledger.Sent + ledger.Duplicated, ledger.Lost + ledger.Delivered);
        return (ledger, received);
    }
}

internal sealed class SimDatagramPair : DatagramPair
{
    internal SimDatagramPair(ulong seed, DatagramFaults faults, bool behindNat = false)
    {
        World = new World(seed, Faults.None);
        World.Datagrams.Weather = faults;
        Near = World.Datagrams.Bind("near", behindNat);
        Far = World.Datagrams.Bind("far");
    }

    internal World World { get; }

    public override IDatagramSocket Near { get; }

    public override IDatagramSocket Far { get; }

    public override DatagramAddress NearSeen => ((SimDatagramSocket)Near).Seen;

    public override DatagramAddress Nobody => DatagramAddress.Of(new IPEndPoint(IPAddress.Loopback, Far.Local.Port + 1000));

    public override void Until(Func<bool> condition) => World.RunUntil(condition, TimeSpan.FromHours(10), "the test goes on");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        World.RunUntil(() => World.Network.OpenSockets == 0, TimeSpan.FromHours(10), "every socket is closed");
        World.Dispose();
    }
}
