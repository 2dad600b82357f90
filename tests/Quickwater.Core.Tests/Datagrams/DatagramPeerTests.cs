using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>Peers of a port have ids: who watches the engine hears of them, and commands reach them. One that causes a fault ends alone.</summary>
public sealed class DatagramPeerTests : IDisposable
{
    private const int PeersMax = 3;

    private static readonly DatagramAddress One = new([192, 0, 2, 1], 1000);
    private static readonly DatagramAddress Other = new([192, 0, 2, 2], 1000);

    private readonly Bench _bench = new(new EngineOptions { MailboxAnswersMax = 2 });
    private readonly ScriptDatagrams _session = new();
    private readonly ScriptSocket _socket;
    private readonly DatagramPort _port;

    public DatagramPeerTests()
    {
        _socket = new ScriptSocket(_bench.Engine.Leaks);
        _port = _bench.Engine.OpenPort(_socket, _session, new DatagramPortOptions { PeersMax = PeersMax });
        _bench.Scheduler.RunAll();
    }

    public void Dispose()
    {
        _port.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void A_peer_is_opened_and_closed_once_for_one_reason_and_its_memory_comes_back()
    {
        var peer = OpenPeer(One);
        Assert.Equal((1, 1, 1), (_bench.OpenedCount, _bench.Engine.OpenCount, _port.PeerCount));
        Assert.True(_bench.Engine.TryFind(peer.Info.Id, out DatagramPeer? found));
        Assert.Same(peer, found);
        Assert.Equal(("script", "192.0.2.1:1000"), (peer.Info.Protocol, peer.Info.Remote.ToString()));
        Assert.Equal(_port.Options.PeerBytes, _bench.Engine.Leaks.Memory.Used);

        _port.Close(peer, Reason.IdleTimeout);
        _port.Close(peer, Reason.Kicked);
        Assert.Equal([Reason.IdleTimeout], _bench.Closes);
        Assert.Equal((Reason.IdleTimeout, 0, 0L), (peer.Ended, _bench.Engine.OpenCount, _bench.Engine.Leaks.Memory.Used));
        Assert.False(_bench.Engine.TryFind(peer.Info.Id, out found));
        Assert.False(peer.Post(Command.Kick(Reason.Kicked)));
        Assert.Equal(1, _bench.Engine.ClosedByReason.Single(static pair => pair.Key == ("script", Reason.IdleTimeout)).Value);
    }

    [Fact]
    public void Peers_beyond_the_limit_are_refused_and_a_flood_of_addresses_holds_nothing()
    {
        for (var i = 0; i < PeersMax; i++)
        {
            OpenPeer(One.WithPort((ushort)(i + 1)));
        }

        var held = _bench.Engine.Leaks.Memory.Used;
        for (ushort i = 1; i < ushort.MaxValue; i++)
        {
            Assert.False(_port.TryOpen(Other.WithPort(i), Instant.Zero, out _, out var why));
            Assert.Equal(Reason.TooManyConnections, why);
        }

        Assert.Equal((PeersMax, held), (_bench.OpenedCount, _bench.Engine.Leaks.Memory.Used));
    }

    [Fact]
    public void The_ports_of_one_address_share_the_places_of_all_peers_and_those_of_one_peers_address()
    {
        using var bench = new Bench();
        var options = new DatagramPortOptions { PeersMax = 4, PeersPerAddressMax = 2 };
        var shards = new DatagramShards(options);
        DatagramPort[] ports = [.. Enumerable.Range(0, 2).Select(shard =>
            bench.Engine.OpenPort(new ScriptSocket(bench.Engine.Leaks), new ScriptDatagrams(), options with { Shard = shard }, shards: shards))];
        Reason Try(int port, DatagramAddress from, out DatagramPeer? peer) => ports[port].TryOpen(from, Instant.Zero, out peer, out var why) ? Reason.None : why;

        Assert.Equal(Reason.None, Try(0, One, out var first));
        Assert.Equal(Reason.None, Try(1, One.WithPort(2), out _));
        Assert.Equal(Reason.TooManyConnectionsFromAddress, Try(0, One.WithPort(3), out _));
        Assert.Equal(Reason.TooManyConnectionsFromAddress, Try(1, One.WithPort(4), out _));
        Assert.Equal((Reason.None, Reason.None), (Try(0, Other, out _), Try(1, Other.WithPort(2), out _)));
        Assert.Equal(Reason.TooManyConnections, Try(1, new DatagramAddress([192, 0, 2, 9], 1), out _));
        ports[0].Close(Assert.IsType<DatagramPeer>(first), Reason.IdleTimeout);
        Assert.Equal(Reason.None, Try(1, One.WithPort(5), out _));
        bench.Engine.Abort(Reason.Disposed);
        bench.Scheduler.RunAll();
        Assert.Equal((0, true), (shards.Places.Taken, bench.Engine.Leaks.Read().IsZero));
    }

    [Fact]
    public void No_peer_is_opened_while_memory_is_short_or_the_port_drains()
    {
        var memory = new MemoryBudget(8 << 20);
        using var bench = new Bench(new EngineOptions { MemoryBytesMax = memory.BytesMax });
        var session = new ScriptDatagrams();
        var port = bench.Engine.OpenPort(new ScriptSocket(bench.Engine.Leaks), session, new DatagramPortOptions());
        bench.Scheduler.RunAll();
        bench.Engine.Leaks.Memory.Take(memory.RefuseBytes);
        Assert.False(port.TryOpen(One, Instant.Zero, out _, out var why));
        Assert.Equal(Reason.MemoryPressure, why);

        bench.Engine.Leaks.Memory.Give(memory.RefuseBytes);
        bench.Engine.Drain();
        bench.Scheduler.RunAll();
        Assert.False(port.TryOpen(One, Instant.Zero, out _, out why));
        Assert.Equal(Reason.Drained, why);
    }

    [Fact]
    public void A_kick_reaches_one_peer_and_its_first_reason_wins()
    {
        var (peer, _) = (OpenPeer(One), OpenPeer(Other));
        DatagramPeer? told = null;
        _session.OnHandle = (one, command) => _port.Close(told = one ?? throw new InvalidOperationException(), command.Reason);
        Assert.True(peer.Post(Command.Drain));
        Assert.True(peer.Post(Command.Kick(Reason.Kicked)));
        Assert.True(peer.Post(Command.Kick(Reason.TakenOver)));
        _bench.Scheduler.RunAll();

        Assert.Same(peer, told);
        Assert.Equal([Reason.Drained], _bench.Closes); // what came behind it was for nobody
        Assert.Equal(1, _port.PeerCount);
    }

    [Fact]
    public void A_kick_behind_a_drain_that_goes_on_is_told_too_and_each_once()
    {
        var peer = OpenPeer(One);
        for (var i = 0; i < 3; i++)
        {
            peer.Post(Command.Drain);
            peer.Post(Command.Kick(i == 0 ? Reason.Kicked : Reason.TakenOver));
        }

        _bench.Scheduler.RunAll();
        Assert.Equal(["peer Drain Drained", "peer Kick Kicked"], _session.Calls.Where(static call => call.StartsWith("peer", StringComparison.Ordinal)));
    }

    [Fact]
    public void Too_many_answers_end_the_peer_that_they_are_for_and_never_the_port()
    {
        var peer = OpenPeer(One);
        Assert.True(peer.Post(Command.Answer(1, Reason.None)));
        Assert.True(peer.Post(Command.Answer(2, Reason.None)));
        Assert.False(peer.Post(Command.Answer(3, Reason.None)));
        for (uint i = 0; i < 10; i++)
        {
            _port.Post(Command.Answer(i, Reason.None)); // more than the port's own mailbox holds
        }

        _session.OnHandle = (one, command) =>
        {
            if (one is not null && command.Kind == CommandKind.Kick)
            {
                _port.Close(one, command.Reason);
            }
        };
        _bench.Scheduler.RunAll();
        Assert.Equal((Reason.MailboxFull, Reason.None), (peer.Ended, _port.Ended));
    }

    [Fact]
    [Requirement("MED-9.8")]
    public void A_session_that_throws_over_a_datagram_ends_the_peer_that_sent_it()
    {
        var (bad, good) = (OpenPeer(One), OpenPeer(Other));
        _session.OnReceive = (from, _) =>
        {
            if (from == One)
            {
                throw new InvalidOperationException("planted");
            }
        };
        _session.OnFaulted = _ => _port.Close(bad, Reason.LocalFault);
        _socket.Deliver(One, 1);
        _socket.Deliver(Other, 2);

        Assert.Equal("planted", Assert.Single(_bench.Faults).Message);
        Assert.Equal((Reason.LocalFault, Reason.None, Reason.None), (bad.Ended, good.Ended, _port.Ended));
        Assert.Equal([[1], [2]], _session.Received);
    }

    [Fact]
    [Requirement("MED-9.8")]
    public void A_session_that_throws_over_what_the_network_says_of_a_peer_ends_that_peer()
    {
        var (bad, good) = (OpenPeer(One), OpenPeer(Other));
        _session.OnFailed = static () => throw new InvalidOperationException("planted");
        _session.OnFaulted = peer => _port.Close(peer == One ? bad : good, Reason.LocalFault);
        _socket.Deliver(DatagramReceived.Failed(One, Reason.ConnectionRefused));
        _bench.Scheduler.RunAll();

        Assert.Equal("planted", Assert.Single(_bench.Faults).Message);
        Assert.Equal((Reason.LocalFault, Reason.None, Reason.None), (bad.Ended, good.Ended, _port.Ended));
    }

    [Theory]
    [Requirement("MED-9.8")]
    [InlineData("receive and faulted")]
    [InlineData("transmit")]
    [InlineData("tick")]
    [InlineData("handle")]
    public void A_session_that_throws_over_nobody_in_particular_ends_with_its_port_and_all_peers(string where)
    {
        var peer = OpenPeer(One);
        static void Throw() => throw new InvalidOperationException("planted");
        switch (where)
        {
            case "transmit":
                _session.OnTransmit = Throw;
                break;
            case "tick":
                (_session.OnTick, _session.Deadline) = (Throw, Instant.Zero);
                break;
            case "handle":
                _session.OnHandle = static (_, _) => Throw();
                break;
            default:
                (_session.OnReceive, _session.OnFaulted) = (static (_, _) => Throw(), static _ => Throw());
                break;
        }

        _bench.Engine.Drain();
        _socket.Deliver(One, 1);
        _bench.Scheduler.RunAll();

        Assert.NotEmpty(_bench.Faults);
        Assert.Equal((Reason.LocalFault, Reason.LocalFault), (_port.Ended, peer.Ended));
        Assert.True(_bench.Engine.IsEmpty && _bench.Engine.Leaks.Read().IsZero, _bench.Engine.Leaks.Read().ToString());
    }

    [Fact]
    public void An_abort_ends_the_port_and_all_its_peers_at_once()
    {
        var (one, other) = (OpenPeer(One), OpenPeer(Other));
        _bench.Engine.Abort(Reason.ForcedStop);
        _bench.Scheduler.RunAll();

        Assert.Equal((Reason.ForcedStop, Reason.ForcedStop, Reason.ForcedStop), (_port.Ended, one.Ended, other.Ended));
        Assert.Equal((1, true), (_bench.EmptiedCount, _bench.Engine.IsEmpty));
        Assert.True(_bench.Engine.Leaks.Read().IsZero, _bench.Engine.Leaks.Read().ToString());
    }

    [Fact]
    public void A_factory_that_throws_makes_a_port_that_is_over()
    {
        using var bench = new Bench();
        var port = bench.Engine.OpenPort(new ScriptSocket(bench.Engine.Leaks), new Thrower(), new DatagramPortOptions());
        bench.Scheduler.RunAll();
        Assert.Equal(Reason.LocalFault, port.Ended);
        Assert.True(bench.Engine.IsEmpty && bench.Engine.Leaks.Read().IsZero, bench.Engine.Leaks.Read().ToString());
    }

    private DatagramPeer OpenPeer(DatagramAddress from) =>
        _port.TryOpen(from, _bench.Engine.Clock.Now, out var peer, out var why) ? peer : throw new InvalidOperationException(why.Text());

    private sealed class Thrower : IDatagramSessionFactory
    {
        public string Protocol => "thrower";

        public IDatagramSession Create(DatagramPort port, Instant now) => throw new InvalidOperationException("planted");
    }
}
