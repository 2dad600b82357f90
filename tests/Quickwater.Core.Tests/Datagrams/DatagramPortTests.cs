using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>The turns of a datagram port: their order, their bounds, and what a port ends by.</summary>
public sealed class DatagramPortTests : IDisposable
{
    private static readonly DatagramAddress One = new([192, 0, 2, 1], 1000);
    private static readonly DatagramAddress Other = new([192, 0, 2, 2], 1000);

    private readonly Bench _bench = new(new EngineOptions { MailboxAnswersMax = 2, TurnPassesMax = 4 });
    private readonly ScriptDatagrams _session = new();
    private readonly ScriptSocket _socket;

    public DatagramPortTests() => _socket = new ScriptSocket(_bench.Engine.Leaks);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Commands_come_first_then_strays_the_deadline_output_and_input()
    {
        var port = Open();
        _session.Calls.Clear();
        _socket.DeliverUntold(One, 1);
        port.TakeStray(Other, [1, 2]);
        _session.Deadline = _bench.Engine.Clock.Now;
        port.Post(Command.Answer(1, Reason.None));
        _socket.Events?.Readable();
        _bench.Scheduler.RunAll();

        Assert.Equal(["port Answer None", "receive 2", "tick", "transmit", "receive 1", "transmit"], _session.Calls);
    }

    [Fact]
    public void Segments_are_given_one_by_one_and_an_empty_datagram_once()
    {
        Open();
        _socket.Deliver(DatagramReceived.Segments(One, 5, 2), 1, 2, 3, 4, 5);
        _socket.Deliver(One);

        Assert.Equal([[1, 2], [3, 4], [5], []], _session.Received);
    }

    [Fact]
    public void A_datagram_that_is_too_long_is_dropped_and_counted()
    {
        var port = Open(new DatagramPortOptions { DatagramBytesMax = 64 });
        _socket.Deliver(One, new byte[65]);
        _socket.Deliver(One, new byte[64]);

        Assert.Equal((1L, 1L, 64L), (port.Stats.Oversized, port.Stats.Received, port.Stats.BytesReceived));
    }

    [Fact]
    public void A_flood_of_input_keeps_no_command_waiting_longer_than_a_pass_and_no_other_longer_than_a_turn()
    {
        var port = Open(new DatagramPortOptions { ReceivesMax = 3 });
        for (var i = 0; i < 100; i++)
        {
            _socket.DeliverUntold(One, 1);
        }

        port.Post(Command.Answer(1, Reason.None));
        _bench.Scheduler.RunAll();
        _session.Calls.Clear();
        _session.OnReceive = (_, _) => _session.OnReceive = null;
        _socket.Events?.Readable();

        Assert.Equal(100 - (4 * 3), _socket.Waiting); // a turn of four passes of three
        Assert.Contains("port-budget-spent", _bench.Marks);
        port.Post(Command.Kick(Reason.Kicked));
        _session.OnHandle = (_, command) => _session.Ended = command.Reason;
        _bench.Scheduler.RunAll();
        Assert.Equal(Reason.Kicked, port.Ended);
        Assert.InRange(_session.Received.Count, 12, 15);
    }

    [Fact]
    public void One_send_is_in_flight_and_what_came_meanwhile_is_pulled_when_it_is_done()
    {
        Open();
        _socket.SendsAtOnce = false;
        _session.OnReceive = (from, bytes) => _session.Say(from, bytes);
        _socket.Deliver(One, 1);
        _session.Calls.Clear();
        _socket.Deliver(Other, 2);
        _bench.Advance(1);

        Assert.True(_socket.SendInFlight);
        Assert.DoesNotContain("transmit", _session.Calls);
        _socket.Drain();
        Assert.Equal([(One, 1), (Other, 2)], _socket.Sent.Select(static one => (one.To, (int)one.Bytes[0])));
        Assert.Equal([1, 1], _socket.SendSizes);
    }

    [Fact]
    public void What_could_not_be_sent_is_told_and_what_the_session_says_to_it_is_pulled()
    {
        var port = Open();
        _session.OnFailed = () => _session.Say(One, 7);
        _session.Say(One.WithPort(0), 1, 2);
        _session.Say(Other, 3);
        port.Wake();
        _bench.Scheduler.RunAll();

        Assert.Contains("failed AddressNotAvailable", _session.Calls);
        Assert.Equal([3, 7], _socket.Sent.Select(static one => (int)one.Bytes[0]));
        Assert.Equal((2L, 2L, 1L), (port.Stats.Sent, port.Stats.BytesSent, port.Stats.SendsFailed));
    }

    [Fact]
    public void What_the_network_says_of_a_peer_is_told_and_harms_nobody_else()
    {
        var port = Open();
        _socket.Deliver(DatagramReceived.Failed(One, Reason.ConnectionRefused));
        _socket.Deliver(Other, 1);

        Assert.Contains("failed ConnectionRefused", _session.Calls);
        Assert.Equal((Reason.None, 1L), (port.Ended, port.Stats.Received));
    }

    [Fact]
    public void A_deadline_brings_a_tick_although_nothing_comes()
    {
        var port = Open();
        _session.Deadline = _bench.Engine.Clock.Now + TimeSpan.FromSeconds(5);
        port.Wake();
        _bench.Advance(4.9);
        Assert.DoesNotContain("tick", _session.Calls);
        _bench.Advance(0.2);
        Assert.Contains("tick", _session.Calls);
    }

    [Fact]
    public void Strays_beyond_the_ring_are_dropped_and_counted_and_end_nobody()
    {
        var options = new DatagramPortOptions { StraysMax = 2, Shard = 7, DatagramBytesMax = 64 };
        var shards = new DatagramShards(options);
        var port = Open(options, shards);
        Assert.True(shards.Pass(7, One, [1]));
        Assert.False(shards.Pass(7, One, new byte[65]));
        Assert.True(shards.Pass(7, One, [2]));
        Assert.False(shards.Pass(7, One, [3]));
        Assert.False(shards.Pass(8, One, [4]));
        Assert.False(shards.Pass(-1, One, [4]));
        _bench.Scheduler.RunAll();
        Assert.True(shards.Pass(7, One, [5]));
        _bench.Scheduler.RunAll();

        Assert.Equal([[1], [2], [5]], _session.Received);
        Assert.Equal((3L, 2L, Reason.None), (port.Stats.StraysTaken, port.Stats.StraysDropped, port.Ended));
        port.Abort(Reason.Kicked);
        _bench.Scheduler.RunAll();
        Assert.False(shards.Pass(7, One, [6]));
    }

    [Fact]
    public void A_drain_says_what_is_owed_and_then_the_port_closes()
    {
        var port = Open();
        _socket.SendsAtOnce = false;
        _session.OnHandle = (_, command) =>
        {
            _session.Say(One, 9);
            _session.Ended = command.Reason;
        };
        _bench.Engine.Drain();
        _bench.Scheduler.RunAll();
        Assert.Equal((Reason.None, false), (port.Ended, _bench.Engine.IsEmpty));

        _socket.Drain();
        Assert.Equal(Reason.Drained, port.Ended);
        Assert.Equal(9, Assert.Single(_socket.Sent).Bytes[0]);
        AssertGone(port);
    }

    [Fact]
    public void A_drain_whose_send_never_goes_on_ends_at_its_timeout()
    {
        var port = Open();
        _socket.SendsAtOnce = false;
        _session.OnHandle = (_, command) =>
        {
            _session.Say(One, 9);
            _session.Ended = command.Reason;
        };
        _bench.Engine.Drain();
        _bench.Advance(_bench.Engine.Options.FlushTimeout.TotalSeconds + 1);

        Assert.Equal(Reason.DrainTimeout, port.Ended);
        AssertGone(port);
    }

    [Fact]
    public void A_port_that_opens_while_its_engine_drains_is_told_so()
    {
        _bench.Engine.Drain();
        Open();
        Assert.Contains("port Drain Drained", _session.Calls);
    }

    [Fact]
    public void A_socket_that_is_over_ends_its_port()
    {
        var port = Open();
        _socket.Deliver(DatagramReceived.Closed);
        Assert.Equal(Reason.Disposed, port.Ended);
        AssertGone(port);
    }

    [Fact]
    public void Options_that_cannot_be_used_are_refused_with_what_is_wrong()
    {
        var all = new DatagramPortOptions
        {
            Shard = 256, PeersMax = 0, PeersPerAddressMax = 0, DatagramBytesMax = 70_000, BatchBytesMax = 1, BatchDatagramsMax = 0, StraysMax = 0,
        };
        Assert.Equal(7, all.Validate().Count());
        Assert.Empty(new DatagramPortOptions().Validate());
        Assert.Throws<ArgumentException>(() => Open(all));
        _socket.Close();
    }

    private DatagramPort Open(DatagramPortOptions? options = null, DatagramShards? shards = null)
    {
        var port = _bench.Engine.OpenPort(_socket, _session, options ?? new DatagramPortOptions(), shards: shards);
        _bench.Scheduler.RunAll();
        return port;
    }

    private void AssertGone(DatagramPort port)
    {
        Assert.Equal((true, 0, 1), (_bench.Engine.IsEmpty, _bench.Engine.Ports.Count, _socket.CloseCalls));
        Assert.Equal(1, _session.Calls.Count(static call => call.StartsWith("close", StringComparison.Ordinal)));
        Assert.False(port.Post(Command.Drain));
        Assert.True(_bench.Engine.Leaks.Read().IsZero, _bench.Engine.Leaks.Read().ToString());
    }
}
