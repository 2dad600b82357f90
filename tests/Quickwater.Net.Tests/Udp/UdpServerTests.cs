using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A UDP server: binding, what peers do to it, drain and abort.</summary>
public sealed class UdpServerTests
{
    private const int FloodAddresses = 300;

    public static TheoryData<bool> BackEnds => UdpStage.BackEnds;

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task Datagrams_come_back_and_their_peers_are_known_to_the_engine(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        var (one, other) = (stage.Client(), stage.Client());
        Assert.Equal([1, 2], UdpStage.Ask(one, 1, 2));
        Assert.Equal([3], UdpStage.Ask(other, 3));
        Assert.Equal([], UdpStage.Ask(one));

        var peers = stage.Server.Ports[0].Peers;
        Assert.Equal((2, 2), (peers.Count, stage.Engine.OpenCount));
        Assert.Contains(peers, peer => peer.Info.Remote.Equals(one.LocalEndPoint) && peer.Stats.BytesReceived == 2);
        Assert.Equal(3, stage.Engine.BytesReceived);
    }

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task A_drain_by_the_engine_ends_ports_and_peers(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        UdpStage.Ask(stage.Client(), 1);
        Assert.True(await EngineStop.DrainAsync(stage.Engine, Completions.Patience, TimeProvider.System, CancellationToken.None));

        Assert.Equal((Reason.Drained, true), (stage.Server.Ports[0].Ended, stage.Engine.IsEmpty));
        Assert.Equal([Reason.Drained], stage.Closes);
    }

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task An_abort_by_the_engine_ends_ports_and_peers_at_once(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        UdpStage.Ask(stage.Client(), 1);
        await EngineStop.AbortAsync(stage.Engine, Reason.ForcedStop, TimeProvider.System);

        Assert.Equal((Reason.ForcedStop, true), (stage.Server.Ports[0].Ended, stage.Engine.IsEmpty));
        Assert.Equal([Reason.ForcedStop], stage.Closes);
    }

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task A_kick_by_id_ends_one_peer(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        UdpStage.Ask(stage.Client(), 1);
        UdpStage.Ask(stage.Client(), 1);
        var peer = stage.Server.Ports[0].Peers.First();
        Assert.True(stage.Engine.TryFind(peer.Info.Id, out DatagramPeer? found));
        found.Post(Command.Kick(Reason.Kicked));

        await Until.HoldsAsync(() => stage.Engine.OpenCount == 1, Completions.Patience, "one is gone");
        Assert.Equal((Reason.Kicked, Reason.None), (peer.Ended, stage.Server.Ports[0].Ended));
    }

    [Theory]
    [Requirement("NET-5.1/binding")]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task An_address_that_is_in_use_is_said_so_also_when_its_user_has_shards(bool portable, int shards)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable, Shards = shards });
        var options = new UdpServerOptions { Listen = stage.Server.Local, Portable = portable, Shards = shards };
        Assert.False(UdpServer.TryStart(options, new UdpEcho.Factory(), stage.Engine, out _, out var why));
        Assert.Equal(Reason.AddressInUse, why);
        Assert.Equal(EpollLoops.IsSupported ? shards : 1, stage.Engine.Leaks.Sockets.Count);
    }

    [Theory]
    [Requirement("NET-5.1/binding")]
    [InlineData("192.0.2.1", Reason.AddressNotAvailable)] // of RFC 5737, on no machine
    [InlineData("127.0.0.1", Reason.None)]
    [InlineData("::1", Reason.None)]
    [InlineData("0.0.0.0", Reason.None)]
    [InlineData("::", Reason.None)]
    public void A_server_binds_addresses_of_this_machine_and_a_free_port(string host, Reason expected)
    {
        foreach (var isWhole in new[] { true, false })
        {
            var options = new UdpSocketOptions { Bind = new IPEndPoint(IPAddress.Parse(host), 0), DontFragment = isWhole };
            var leaks = new LeakCounters();
            UdpSocket.TryOpen(options, leaks, out var socket, out var why);
            Assert.Equal(expected, why);
            Assert.Equal(expected == Reason.None, socket is { Local.Port: > 0 });
            socket?.Close();
            Assert.True(leaks.Read().IsZero, leaks.Read().ToString());
        }
    }

    [Theory]
    [Requirement("NET-5.1/addresses")]
    [MemberData(nameof(BackEnds))]
    public async Task A_server_of_both_families_knows_IPv4_peers_by_their_own_address(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable, Listen = new IPEndPoint(IPAddress.IPv6Any, 0) });
        foreach (var host in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var client = new Socket(host.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Completions.Patience.TotalMilliseconds };
            client.Connect(host, stage.Server.Local.Port);
            Assert.Equal([7], UdpStage.Ask(client, 7));
            Assert.Contains(stage.Server.Ports[0].Peers, peer => peer.Info.Remote.Equals(client.LocalEndPoint));
        }
    }

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task Sockets_count_among_all_descriptors_and_what_does_not_fit_is_refused_whole(bool portable)
    {
        var ledger = new DescriptorLedger(placesMax: 3, reservedMax: 1);
        var stage = UdpStage.Start(options => options with { Portable = portable, Shards = 1, Descriptors = ledger });
        Assert.Equal(1, ledger.Open);
        var many = new UdpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Shards = 2, Descriptors = ledger, Portable = portable };
        Assert.False(UdpServer.TryStart(many, new UdpEcho.Factory(), stage.Engine, out _, out var why)); // one address has no more than half
        Assert.Equal((Reason.TooManyConnectionsFromAddress, 1, 1L), (why, ledger.Open, stage.Engine.Leaks.Sockets.Count));
        await stage.DisposeAsync();
        Assert.Equal(0, ledger.Open);
    }

    [Fact]
    public void Options_that_cannot_be_used_are_refused_with_what_is_wrong()
    {
        var wrong = new UdpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Shards = 300,
            Coalescing = new ReceiveCoalescing(1, TimeSpan.FromSeconds(1)),
            Steering = new DatagramSteering(-1),
            ReceiveBufferBytes = 1,
            Port = new DatagramPortOptions { PeersMax = 0 },
        };
        Assert.Equal(5, wrong.Validate().Count);
        using var engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, new SteadyStateTests.Quiet());
        Assert.False(UdpServer.TryStart(wrong, new UdpEcho.Factory(), engine, out _, out var why));
        Assert.Equal(Reason.InvalidConfiguration, why);
    }

    [Theory]
    [Requirement("NET-5.1/errors")]
    [MemberData(nameof(BackEnds))]
    public async Task A_client_hears_that_nobody_listens_and_goes_on(bool portable)
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        nobody.Connect(IPAddress.Loopback, ((IPEndPoint?)nobody.LocalEndPoint)?.Port ?? 0); // hears only itself
        var options = new UdpSocketOptions
        {
            Bind = new IPEndPoint(IPAddress.Loopback, 0),
            Peer = DatagramAddress.Of(nobody.LocalEndPoint as IPEndPoint ?? throw new InvalidOperationException()),
        };
        var leaks = new LeakCounters();
        using var loop = portable || !EpollLoops.IsSupported ? null : new UdpLoop(0, ReceiveCoalescing.Default);
        var (socket, why) = loop is null
            ? (UdpSocket.TryOpen(options, leaks, out var plain, out var one) ? (IDatagramSocket)plain : null, one)
            : (LinuxUdpSocket.TryOpen(options, loop, leaks, out var fast, out var other) ? fast : null, other);
        Assert.True(socket is not null, why.Text());
        var heard = new Heard();
        socket.Bind(heard);
        var batch = new DatagramBatch(100, 1);
        var buffer = new byte[64 * 1024];
        for (var i = 0; i < 3; i++)
        {
            batch.Clear();
            batch.TryWrite(options.Peer.Value, [1]);
            Assert.True(socket.Send(batch));
            var refused = batch.FailureOf(0); // a send is told in its place, when the word came before it
            if (refused == Reason.None)
            {
                DatagramReceived result = default;
                await Until.HoldsAsync(() => (result = socket.Receive(buffer)).Status != DatagramStatus.Pending, Completions.Patience, "it hears");
                Assert.Equal((DatagramStatus.PeerFailed, options.Peer.Value), (result.Status, result.From));
                refused = result.Reason;
            }

            Assert.Equal(Reason.ConnectionRefused, refused);
        }

        batch.Clear();
        batch.TryWrite(options.Peer.Value.WithPort((ushort)(options.Peer.Value.Port ^ 1)), [1]);
        Assert.True(socket.Send(batch));
        Assert.Equal(Reason.AddressNotAvailable, batch.FailureOf(0)); // not its peer
        socket.Close();
        await Until.HoldsAsync(() => leaks.Read().IsZero, Completions.Patience, "it is closed");
    }

    [Theory]
    [Requirement("NET-5.1/errors")]
    [MemberData(nameof(BackEnds))]
    public async Task Odd_datagrams_and_peers_that_are_gone_end_nobody(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        var good = stage.Client();
        for (var i = 0; i < 20; i++)
        {
            var gone = stage.Client();
            gone.Send([5]);
            gone.Dispose(); // the answer finds nobody, and the network says so
            good.Send(new byte[5000]); // more than a port takes
            Assert.Equal([], UdpStage.Ask(good));
            Assert.Equal([(byte)i], UdpStage.Ask(good, (byte)i));
        }

        Assert.Equal((20L, Reason.None), (stage.Server.Ports[0].Stats.Oversized, stage.Server.Ports[0].Ended));
    }

    [Theory]
    [MemberData(nameof(BackEnds))]
    public async Task A_flood_of_addresses_holds_no_more_than_the_peers_that_fit(bool portable)
    {
        const int peersMax = 20;
        await using var stage = UdpStage.Start(options => options with { Portable = portable, Port = options.Port with { PeersMax = peersMax } });
        var good = stage.Client();
        UdpStage.Ask(good, 1);
        for (var i = 0; i < FloodAddresses; i++)
        {
            stage.Client(OperatingSystem.IsLinux() ? $"127.0.{i / 250}.{(i % 250) + 2}" : "127.0.0.1").Send([2]);
            Assert.Equal([3], UdpStage.Ask(good, 3));
        }

        Assert.Equal((peersMax, peersMax * stage.Server.Ports[0].Options.PeerBytes), (stage.Engine.OpenCount, (int)stage.Engine.Leaks.Memory.Used));
        Assert.Equal(FloodAddresses - (peersMax - 1), stage.Echo().Refused);
    }

    [Theory]
    [Requirement("MED-9.8")]
    [MemberData(nameof(BackEnds))]
    public async Task What_a_session_throws_on_a_shards_thread_ends_one_peer_and_is_reported(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable });
        var (bad, good) = (stage.Client(), stage.Client());
        for (var i = 1; i <= 3; i++)
        {
            bad.Send([UdpEcho.Thrown]);
            Assert.Equal([1], UdpStage.Ask(good, 1));
            await Until.HoldsAsync(() => stage.Faults.Count == i, Completions.Patience, "it is reported");
        }

        Assert.All(stage.Faults, static fault => Assert.Contains(nameof(UdpEcho), fault.StackTrace, StringComparison.Ordinal));
        Assert.Equal([Reason.LocalFault, Reason.LocalFault, Reason.LocalFault], stage.Closes);
        Assert.Equal((1, Reason.None), (stage.Engine.OpenCount, stage.Server.Ports[0].Ended));
    }

    private sealed class Heard : IDatagramEvents
    {
        public void Readable()
        {
        }

        public void Writable()
        {
        }

        public void Faulted(Exception fault) => Assert.Fail(fault.ToString());
    }
}
