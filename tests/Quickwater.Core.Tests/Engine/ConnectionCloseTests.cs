using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>How connections end: once, for one reason, with nothing left behind.</summary>
[Requirement("AUD-1.4", "AUD-9.3")]
public sealed class ConnectionCloseTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void An_ended_session_flushes_finishes_and_discards_input_until_the_end()
    {
        var (connection, session, transport) = _bench.Open();
        session.Say(1, 2, 3);
        session.Say(4);
        session.Ended = Reason.Completed;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([1, 2, 3, 4], transport.Sent);
        Assert.True(transport.Finished);
        Assert.Equal(0, transport.CloseCalls);

        transport.Deliver(new byte[100_000]);
        Assert.Equal(0, transport.InputLeft);
        Assert.Empty(session.Input);
        Assert.Equal(Reason.None, connection.Ended);
        transport.EndInput();
        Assert.Equal(Reason.Completed, connection.Ended);
        ExpectAllClosed(Reason.Completed);
    }

    [Fact]
    public void A_flush_waits_for_a_pending_send_before_the_half_close()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.Say(1);
        session.Ended = Reason.Completed;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.False(transport.Finished);
        transport.CompleteSend();
        Assert.True(transport.Finished);
        transport.EndInput();
        ExpectAllClosed(Reason.Completed);
    }

    [Fact]
    public void A_peer_that_never_finishes_is_closed_after_the_linger_time()
    {
        var (connection, session, transport) = _bench.Open();
        session.Ended = Reason.Completed;
        connection.Wake();
        _bench.Scheduler.RunAll();
        _bench.Advance(4.9);
        transport.Deliver(1);
        Assert.Equal(1, _bench.Engine.OpenCount);
        _bench.Advance(0.2);
        Assert.Equal(1, transport.CloseCalls);
        transport.CompleteReceiveIfWaiting();
        ExpectAllClosed(Reason.Completed);
    }

    [Fact]
    public void A_flush_that_does_not_end_is_cut()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.OnTransmit = batch =>
        {
            batch.Write([1]);
            return true;
        };
        session.Ended = Reason.Drained;
        connection.Wake();
        _bench.Scheduler.RunAll();
        for (var i = 0; i < 29; i++)
        {
            _bench.Advance(1);
            transport.CompleteSend();
        }

        Assert.Equal(0, transport.CloseCalls);
        _bench.Advance(1.1);
        Assert.Equal(1, transport.CloseCalls);
        transport.CompleteSend();
        transport.CompleteReceiveIfWaiting();
        ExpectAllClosed(Reason.DrainTimeout); // it was not given everything
    }

    [Theory]
    [InlineData(100, false, Reason.DrainTimeout)]
    [InlineData(0, false, Reason.Drained)]
    [InlineData(100, true, Reason.ForcedStop)]
    [InlineData(0, true, Reason.Drained)]
    public void Only_a_peer_that_took_everything_counts_as_drained(int unacknowledged, bool forced, Reason counted)
    {
        var (connection, session, transport) = _bench.Open();
        session.Say(1, 2, 3);
        session.Ended = Reason.Drained;
        connection.Wake();
        _bench.Scheduler.RunAll();
        transport.UnacknowledgedBytes = unacknowledged;
        if (forced)
        {
            connection.Abort(Reason.ForcedStop);
        }

        _bench.Advance(5.1);
        transport.CompleteReceiveIfWaiting();
        ExpectAllClosed(counted);
    }

    [Fact]
    [Requirement("AUD-1.4/hand-over")]
    public void A_session_that_cannot_be_made_closes_its_transport()
    {
        var transport = new ScriptTransport(_bench.Engine.Leaks);
        var connection = _bench.Engine.Open(transport, new NoFactory());
        _bench.Scheduler.RunAll();
        transport.Deliver(1, 2, 3);
        transport.EndInput();

        Assert.Equal("There is none.", Assert.Single(_bench.Faults).Message);
        Assert.Equal(Reason.LocalFault, connection.Ended);
        ExpectAllClosed(Reason.LocalFault);
    }

    [Fact]
    public void A_kick_lets_the_session_say_why_and_an_abort_does_not()
    {
        var (kicked, first, said) = _bench.Open();
        first.OnHandle = command =>
        {
            first.Say(99);
            first.Ended = command.Reason;
        };
        kicked.Post(Command.Kick(Reason.TakenOver));
        kicked.Post(Command.Kick(Reason.Kicked));
        _bench.Scheduler.RunAll();
        Assert.Equal([99], said.Sent);
        said.EndInput();

        var (aborted, second, silent) = _bench.Open();
        second.Say(99);
        aborted.Abort(Reason.ForcedStop);
        aborted.Abort(Reason.Kicked);
        _bench.Scheduler.RunAll();
        Assert.Empty(silent.Sent);
        silent.CompleteReceiveIfWaiting();
        ExpectAllClosed(Reason.TakenOver, Reason.ForcedStop);
    }

    [Fact]
    public void A_drain_reaches_open_connections_and_those_still_to_come()
    {
        ScriptSession Draining()
        {
            var session = new ScriptSession();
            session.OnHandle = command => session.Ended = command.Reason;
            return session;
        }

        var (_, _, first) = _bench.Open(Draining());
        _bench.Engine.Drain();
        var (_, _, second) = _bench.Open(Draining());
        _bench.Scheduler.RunAll();
        first.EndInput();
        Assert.Equal(0, _bench.EmptiedCount);
        second.EndInput();
        Assert.Equal(1, _bench.EmptiedCount);
        ExpectAllClosed(Reason.Drained, Reason.Drained);
    }

    [Fact]
    [Requirement("RTMP-20.1", "AUD-6.3")]
    [Requirement("AUD-1.4/fault")]
    public void A_session_that_throws_is_a_local_fault_and_others_live()
    {
        Action<ScriptSession>[] faults =
        [
            s => s.OnReceive = _ => throw new InvalidOperationException("receive"),
            s => s.OnTransmit = _ => throw new InvalidOperationException("transmit"),
            s => s.OnHandle = _ => throw new InvalidOperationException("handle"),
            s => s.OnTick = () => throw new InvalidOperationException("tick"),
            s => s.OnFinished = () => throw new InvalidOperationException("finished"),
        ];
        var (healthy, witness, wire) = _bench.Open();
        foreach (var fault in faults)
        {
            var (connection, session, transport) = _bench.Open();
            fault(session);
            session.Deadline = _bench.Engine.Clock.Now + TimeSpan.FromSeconds(1);
            connection.Post(Command.Drain);
            transport.Deliver(1);
            _bench.Advance(2);
            transport.EndInput();
            transport.CompleteReceiveIfWaiting();
            Assert.Equal(Reason.LocalFault, connection.Ended);
            Assert.Equal(1, session.CountOf("close LocalFault"));
        }

        Assert.Equal(faults.Length, _bench.Faults.Count);
        witness.Say(5);
        healthy.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([5], wire.Sent);
        Assert.Equal(1, _bench.Engine.OpenCount);
    }

    [Fact]
    [Requirement("AUD-1.4/fault")]
    public void A_fault_while_transmitting_lets_go_of_what_the_batch_held()
    {
        var shared = new SharedBytes(_bench.Engine.Leaks, 10_000);
        var (connection, session, transport) = _bench.Open();
        session.OnTransmit = batch =>
        {
            batch.Reference(shared.Memory, shared);
            throw new InvalidOperationException("half way");
        };
        connection.Wake();
        _bench.Scheduler.RunAll();
        shared.Release();
        transport.CompleteReceiveIfWaiting();
        ExpectAllClosed(Reason.LocalFault);
    }

    [Fact]
    public void A_session_that_throws_in_its_close_still_leaves_nothing()
    {
        var session = new ScriptSession { OnClose = _ => throw new InvalidOperationException("close") };
        var (_, _, transport) = _bench.Open(session);
        transport.Break(Reason.ConnectionReset);
        Assert.Single(_bench.Faults);
        ExpectAllClosed(Reason.ConnectionReset);
    }

    [Fact]
    public void A_transport_that_throws_in_its_close_still_leaves_nothing()
    {
        var (_, session, transport) = _bench.Open(
            transport: new ScriptTransport(_bench.Engine.Leaks) { CloseFault = new InvalidOperationException("close") });
        transport.Break(Reason.ConnectionReset);
        Assert.Equal(1, session.CountOf("close ConnectionReset"));
        Assert.Single(_bench.Faults);
        ExpectAllClosed(Reason.ConnectionReset);
    }

    [Fact]
    public void A_send_that_stalls_ends_the_connection()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.Say(1);
        connection.Wake();
        _bench.Advance(119);
        Assert.Equal(Reason.None, connection.Ended);
        _bench.Advance(2);
        Assert.Equal(Reason.SendStalled, connection.Ended);
        transport.CompleteSend();
        transport.CompleteReceive();
        ExpectAllClosed(Reason.SendStalled);
    }

    [Fact]
    public void After_a_reset_the_batch_of_a_send_in_flight_lives_until_its_completion()
    {
        var shared = new SharedBytes(_bench.Engine.Leaks, 20_000);
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.OnTransmit = batch =>
        {
            batch.Reference(shared.Memory, shared);
            return false;
        };
        connection.Wake();
        _bench.Scheduler.RunAll();
        shared.Release();
        transport.Break(Reason.ConnectionReset);
        Assert.Equal(Reason.ConnectionReset, connection.Ended);
        Assert.Equal((1, 1), (_bench.Engine.Leaks.Buffers.Count, _bench.Engine.Leaks.Sockets.Count));
        Assert.Equal(20_000, transport.SendInFlight?.Bytes);
        transport.CompleteSend();
        ExpectAllClosed(Reason.ConnectionReset);
    }

    [Fact]
    [Requirement("AUD-9.3/close")]
    public void The_first_reason_wins_and_the_session_is_closed_once()
    {
        var (connection, session, transport) = _bench.Open();
        session.Say(1);
        transport.NextSendFails = Reason.ConnectionReset;
        connection.Abort(Reason.Kicked);
        transport.Break(Reason.TransportFault);
        connection.Abort(Reason.ForcedStop);
        _bench.Scheduler.RunAll();
        Assert.Single(session.Log, line => line.StartsWith("close", StringComparison.Ordinal));
        Assert.Equal(session.Ended, connection.Ended);
        Assert.Single(_bench.Closes);
        Assert.False(connection.Post(Command.Drain));
        ExpectAllClosed(connection.Ended);
    }

    [Fact]
    public void A_session_that_is_over_takes_no_more_commands()
    {
        var (connection, session, transport) = _bench.Open();
        session.Ended = Reason.Completed;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.False(connection.Post(Command.Answer(1, Reason.None)));
        transport.EndInput();
        Assert.DoesNotContain(session.Log, line => line.StartsWith("handle", StringComparison.Ordinal));
        ExpectAllClosed(Reason.Completed);
    }

    [Fact]
    [Requirement("AUD-6.1")]
    [Requirement("AUD-1.4/scope-exit")]
    public void Counters_add_up_over_many_endings()
    {
        var rng = new Rng(11);
        var sent = 0L;
        var received = 0L;
        for (var i = 0; i < 300; i++)
        {
            var (connection, session, transport) = _bench.Open();
            session.OnHandle = command => session.Ended = command.Reason;
            session.Say(new byte[rng.Between(1, 5000)]);
            connection.Wake();
            transport.Deliver(new byte[rng.Between(1, 5000)]);
            _bench.Scheduler.RunAll();
            End(rng.Below(4), connection, transport);
            _bench.Scheduler.RunAll();
            transport.EndInput();
            transport.CompleteReceiveIfWaiting();
            sent += connection.Stats.BytesSent;
            received += connection.Stats.BytesReceived;
        }

        Assert.Equal((300, 300L, 0), (_bench.OpenedCount, _bench.Engine.OpenedTotal, _bench.Engine.OpenCount));
        Assert.Equal((sent, received), (_bench.Engine.BytesSent, _bench.Engine.BytesReceived));
        Assert.Equal(300, _bench.Engine.ClosedByReason.Sum(pair => pair.Value));
        Assert.Equal(300, _bench.EmptiedCount);
        foreach (var ((protocol, why), count) in _bench.Engine.ClosedByReason)
        {
            Assert.Equal("script", protocol);
            Assert.Equal(_bench.Closes.Count(reason => reason == why), count);
        }
    }

    private static void End(int how, Connection connection, ScriptTransport transport)
    {
        switch (how)
        {
            case 0:
                connection.Post(Command.Kick(Reason.Kicked));
                break;
            case 1:
                connection.Abort(Reason.ForcedStop);
                break;
            case 2:
                transport.Break(Reason.ConnectionReset);
                break;
            default:
                connection.Post(Command.Drain);
                break;
        }
    }

    private void ExpectAllClosed(params Reason[] reasons)
    {
        Assert.Equal(reasons, _bench.Closes);
        Assert.Equal(0, _bench.Engine.OpenCount);
        Assert.Equal(reasons.Length, _bench.Engine.ClosedByReason.Sum(pair => pair.Value));
        Assert.True(_bench.Engine.Leaks.Read().IsZero, $"{_bench.Engine.Leaks.Read()}");
    }

    private sealed class NoFactory : ISessionFactory
    {
        public string Protocol => "none";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => throw new InvalidOperationException("There is none.");
    }
}
