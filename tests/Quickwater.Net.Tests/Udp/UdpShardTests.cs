using System.Net;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>What only the Linux back end has: shards, steering, segments, and looking instead of being woken.</summary>
public sealed class UdpShardTests
{
    private const int Clients = 40;
    private const int Shards = 2;

    private static readonly DatagramSteering Steering = new(ShardOffset: 1, UdpEcho.Labelled, UdpEcho.Labelled);

    [LinuxFact]
    public async Task The_kernel_brings_a_labelled_datagram_to_the_shard_that_it_names()
    {
        await using var stage = UdpStage.Start(static options => options with { Shards = Shards, Steering = Steering });
        Assert.Equal((Shards, true), (stage.Server.Ports.Count, stage.Server.IsSteered));
        for (var i = 0; i < Clients; i++)
        {
            var label = (byte)(i % Shards);
            Assert.Equal([UdpEcho.Labelled, label, 9], UdpStage.Ask(stage.Client(), UdpEcho.Labelled, label, 9));
        }

        Assert.All(stage.Server.Ports, static port => Assert.Equal((Clients / Shards, 0L), (port.PeerCount, port.Stats.StraysTaken)));
        Assert.Equal([Clients / Shards, Clients / Shards], Enumerable.Range(0, Shards).Select(shard => stage.Echo(shard).TakenByLabel));
    }

    [LinuxFact]
    public async Task What_has_no_label_or_a_wrong_one_is_served_or_dropped_by_whom_its_address_chooses()
    {
        await using var stage = UdpStage.Start(static options => options with { Shards = Shards, Steering = Steering });
        for (var i = 0; i < Clients; i++)
        {
            var client = stage.Client();
            Assert.Equal([], UdpStage.Ask(client)); // there is no byte to load
            Assert.Equal([1], UdpStage.Ask(client, 1));
            client.Send([UdpEcho.Labelled, 200]); // no such shard
            Assert.Equal([1, 200], UdpStage.Ask(client, 1, 200));
        }

        Assert.All(stage.Server.Ports, static port => Assert.InRange(port.PeerCount, 1, Clients)); // both have some
    }

    [LinuxFact]
    public async Task Without_steering_a_datagram_is_passed_on_to_its_shard()
    {
        await using var stage = UdpStage.Start(static options => options with { Shards = Shards });
        Assert.False(stage.Server.IsSteered);
        for (var i = 0; i < Clients; i++)
        {
            var label = (byte)(i % Shards);
            Assert.Equal([UdpEcho.Labelled, label], UdpStage.Ask(stage.Client(), UdpEcho.Labelled, label));
        }

        Assert.All(stage.Server.Ports, static port => Assert.Equal((Clients / Shards, 0L), (port.PeerCount, port.Stats.StraysDropped)));
        Assert.True(stage.Server.Ports.Sum(static port => port.Stats.StraysTaken) > 0, "forty addresses, and none came to the wrong one");
    }

    [LinuxFact]
    public async Task A_shard_looks_instead_of_being_woken_while_many_come_and_is_woken_again_when_few_do()
    {
        await using var stage = UdpStage.Start(static options => options with { Shards = 1 });
        var client = stage.Client();
        Assert.Equal([1], UdpStage.Ask(client, 1));
        await Until.HoldsAsync(
            () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    client.Send([UdpEcho.Dropped]);
                }

                // What does not fit the receive buffer is lost: that is how datagrams are.

                return stage.Server.Coalesces.Single();
            },
            Completions.Patience, "it looks");
        await Until.HoldsAsync(() => !stage.Server.Coalesces.Single(), Completions.Patience, "it is woken");
        Assert.Equal([2], UdpStage.Ask(client, 2));
    }

    [LinuxFact]
    public async Task It_never_looks_when_that_is_off()
    {
        await using var stage = UdpStage.Start(static options => options with { Shards = 1, Coalescing = ReceiveCoalescing.Off });
        var client = stage.Client();
        for (var i = 0; i < 400; i++)
        {
            for (var many = 0; many < 50; many++)
            {
                client.Send([UdpEcho.Dropped]);
            }

            Assert.Equal([1], UdpStage.Ask(client, 1)); // no more at once than a receive buffer holds
            Assert.False(stage.Server.Coalesces.Single());
        }
    }

    [LinuxFact]
    public void Equal_neighbours_leave_in_one_call_and_are_received_in_one()
    {
        const int count = 40;
        const int bytes = 1000;
        var leaks = new LeakCounters();
        using var loop = new UdpLoop(0, ReceiveCoalescing.Default);
        using var otherLoop = new UdpLoop(1, ReceiveCoalescing.Default);
        var (near, far) = (Open(loop, leaks), Open(otherLoop, leaks));
        var batch = new DatagramBatch(64 * 1024, count);
        for (var i = 0; i < count; i++)
        {
            var datagram = new byte[bytes];
            datagram.AsSpan().Fill((byte)i);
            batch.TryWrite(far.Local, datagram);
        }

        Assert.True(near.Send(batch));
        Assert.Equal((count, 0, 1L), (batch.Next, batch.Failures, near.Together.Sends));
        var buffer = new byte[64 * 1024];
        var received = 0;
        while (received < count * bytes)
        {
            var result = far.Receive(buffer);
            for (var at = 0; at < result.Bytes; at += bytes, received += bytes)
            {
                Assert.Equal((byte)(received / bytes), buffer[at]);
            }
        }

        Assert.True(far.Together.Receives > 0, "none came together");
        Assert.Equal(count, far.Received);
        near.Close();
        far.Close();
        Assert.True(leaks.Read().IsZero, leaks.Read().ToString());
    }

    [LinuxFact]
    public void A_segment_that_is_too_long_for_the_path_goes_by_itself()
    {
        const int bytes = 32_000; // two fit into one send, and none into a frame of any device but as fragments
        var leaks = new LeakCounters();
        using var loop = new UdpLoop(0, ReceiveCoalescing.Default);
        var near = Open(loop, leaks);
        var batch = new DatagramBatch(4 * bytes, 4);
        for (var i = 0; i < 4; i++)
        {
            batch.TryWrite(near.Local, new byte[bytes]);
        }

        Assert.True(near.Send(batch));
        Assert.Equal((4, 0), (batch.Next, batch.Failures));
        near.Close();
    }

    [LinuxFact]
    public void There_is_a_shard_for_each_two_cores()
    {
        var options = new UdpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        Assert.Equal([1, 1, 2, 32, 256], new[] { 1, 2, 4, 64, 1024 }.Select(options.ShardsOn));
        Assert.Equal(3, (options with { Shards = 3 }).ShardsOn(64));
    }

    private static LinuxUdpSocket Open(UdpLoop loop, LeakCounters leaks) =>
        LinuxUdpSocket.TryOpen(new UdpSocketOptions { Bind = new IPEndPoint(IPAddress.Loopback, 0) }, loop, leaks, out var socket, out var why)
            ? socket : throw new InvalidOperationException(why.Text());
}
