using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>What happens within a turn, and in which order.</summary>
[Requirement("RTMP-6.3")]
public sealed class ConnectionTurnTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_turn_takes_mailbox_bytes_deadline_and_transmits_in_that_order()
    {
        var (connection, session, transport) = _bench.Open();
        session.Deadline = _bench.Engine.Clock.Now;
        session.OnHandle = _ => session.Say(1, 2, 3);
        connection.Post(Command.Answer(1, Reason.None));
        transport.ReceivesAtOnce = false;
        transport.Deliver(9, 9);
        session.Log.Clear();

        // The wake is queued, so the completion leaves its note for that turn.
        transport.CompleteReceive();
        transport.CompleteReceiveIfWaiting();
        _bench.Scheduler.RunAll();
        transport.CompleteReceiveIfWaiting();
        Assert.Equal(["handle Answer None", "tick", "transmit 3", "sent 3", "receive 2"], session.Log);
    }

    [Fact]
    public void Commands_come_before_bytes_and_control_before_answers()
    {
        var transport = new ScriptTransport(_bench.Engine.Leaks);
        var (connection, session, _) = _bench.Open(transport: transport, run: false);
        connection.Post(Command.Answer(3, Reason.None));
        connection.Post(Command.Drain);
        connection.Post(Command.Kick(Reason.Kicked));
        transport.Deliver(1);
        _bench.Scheduler.RunAll();
        Assert.Equal(["handle Kick Kicked", "handle Drain Drained", "handle Answer None", "receive 1"], session.Log);
    }

    [Fact]
    public void Nothing_runs_before_the_start_and_early_wakes_are_kept()
    {
        var session = new ScriptSession();
        _bench.Open(session, run: false);
        session.Mailbox?.Wake();
        Assert.Empty(session.Log);
        Assert.Equal(1, _bench.Scheduler.Waiting);
        session.Say(1);
        _bench.Scheduler.RunAll();
        Assert.Equal(["transmit 1", "sent 1"], session.Log);
    }

    [Fact]
    public void A_turn_goes_on_until_nothing_moves()
    {
        var (connection, session, transport) = _bench.Open();
        for (var i = 0; i < 5; i++)
        {
            session.Say(new byte[64 * 1024]);
        }

        connection.Wake();
        _bench.Scheduler.RunOne();
        Assert.Equal(5 * 64 * 1024, transport.Sent.Length);
        Assert.Equal(5, connection.Stats.Sends);
        Assert.Equal(0, _bench.Scheduler.Waiting);
        Assert.Contains("sync-send-with-backlog", _bench.Marks);
    }

    [Fact]
    public void A_turn_that_spends_its_budget_lets_others_run_and_comes_back()
    {
        var (connection, session, transport) = _bench.Open();
        for (var i = 0; i < 40; i++)
        {
            session.Say(new byte[64 * 1024]);
        }

        connection.Wake();
        _bench.Scheduler.RunOne();
        Assert.Equal(16, transport.SendSizes.Count);
        Assert.Equal(1, _bench.Scheduler.Waiting);
        _bench.Scheduler.RunAll();
        Assert.Equal(40, transport.SendSizes.Count);
        Assert.Contains("turn-budget-spent", _bench.Marks);
        Assert.True(connection.IsIdle);
    }

    [Fact]
    public void One_send_is_in_flight_at_a_time_and_its_bytes_count_when_it_completes()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.Say(1, 2);
        connection.Wake();
        _bench.Scheduler.RunAll();
        session.Say(3);
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal(["transmit 2"], session.Log);
        Assert.Equal(0, connection.Stats.BytesSent);
        transport.CompleteSend();
        Assert.Equal(["transmit 2", "sent 2", "transmit 1"], session.Log);
        transport.CompleteSend();
        Assert.Equal(3, connection.Stats.BytesSent);
        Assert.Equal([1, 2, 3], transport.Sent);
    }

    [Fact]
    public void A_deadline_brings_a_tick_and_may_move_either_way()
    {
        var (connection, session, _) = _bench.Open();
        session.Deadline = Instant.Zero + TimeSpan.FromSeconds(10);
        connection.Wake();
        _bench.Scheduler.RunAll();
        session.Deadline = Instant.Zero + TimeSpan.FromSeconds(5);
        connection.Wake();
        _bench.Advance(4.9);
        Assert.Equal(0, session.CountOf("tick"));
        session.OnTick = () => session.Deadline = Instant.Zero + TimeSpan.FromSeconds(20);
        _bench.Advance(0.1);
        session.OnTick = null;
        Assert.Equal(1, session.CountOf("tick"));
        _bench.Advance(14.9);
        Assert.Equal(1, session.CountOf("tick"));
        _bench.Advance(0.2);
        Assert.Equal(2, session.CountOf("tick"));
    }

    [Fact]
    public void Ten_thousand_connections_have_one_timer()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _bench.Open(new ScriptSession { Deadline = Instant.Zero + TimeSpan.FromSeconds(1 + (i % 60)) });
        }

        Assert.Equal(1, _bench.Time.TimersMade);
        _bench.Advance(61);
        Assert.All(_bench.Engine.Connections, c => Assert.Equal(1, ((ScriptSession)c.Session).CountOf("tick")));
        _bench.Engine.Abort(Reason.ForcedStop);
        _bench.Scheduler.RunAll();
        Assert.Equal(0, _bench.Engine.OpenCount);
    }

    [Fact]
    public void A_mailbox_full_of_answers_refuses_and_kicks()
    {
        using var bench = new Bench(new EngineOptions { MailboxAnswersMax = 3 });
        var (connection, session, _) = bench.Open();
        session.OnHandle = command => session.Ended = command.Kind == CommandKind.Kick ? command.Reason : session.Ended;
        for (uint i = 0; i < 3; i++)
        {
            Assert.True(connection.Post(Command.Answer(i, Reason.None)));
        }

        Assert.False(connection.Post(Command.Answer(3, Reason.None)));
        bench.Scheduler.RunAll();
        Assert.Equal(Reason.MailboxFull, session.Ended);
        Assert.Equal("handle Kick MailboxFull", session.Log[0]);
    }

    [Fact]
    public void The_bound_of_unsent_bytes_reaches_the_transport_once()
    {
        var (connection, session, transport) = _bench.Open();
        session.OnTransmit = batch =>
        {
            batch.UnsentBytesMax = 12345;
            return false;
        };
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal(12345, transport.UnsentLimit);
        Assert.Empty(transport.Sent);
    }

    [Fact]
    public void A_long_turn_is_counted()
    {
        var (connection, session, _) = _bench.Open();
        session.OnHandle = _ => _bench.Time.Advance(TimeSpan.FromMilliseconds(6));
        connection.Post(Command.Drain);
        _bench.Scheduler.RunAll();
        Assert.Equal(1, connection.Stats.LongTurns);
        Assert.Equal(1, _bench.Engine.LongTurns);
    }

    [Fact]
    public void A_long_turn_that_leaves_work_for_the_next_is_counted_too()
    {
        var (connection, session, _) = _bench.Open();
        session.OnTransmit = batch =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(6));
            batch.Reserve(1)[0] = 1;
            batch.Commit(1);
            return true; // there is always more: the turn ends when its budget does
        };
        var before = connection.Stats.Turns;
        connection.Wake();
        _bench.Scheduler.RunOne();
        Assert.Equal((before + 1, 1), (connection.Stats.Turns, connection.Stats.LongTurns));
    }
}
