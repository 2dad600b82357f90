using System.Net;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>Many connections that one event wakes: who runs their turns (docs/adr/0034).</summary>
public sealed class WakeRunTests : ITicked, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(5);

    private readonly Bench _bench = new(new EngineOptions { WakePortion = 4 });
    private readonly List<IMailbox> _woken = [];
    private readonly List<int> _turns = [];
    private TimeSpan _turnTakes;

    [Fact]
    public void What_is_done_in_time_is_one_item_of_the_scheduler_in_the_order_of_waking()
    {
        Open(40);
        Wake();
        Assert.Equal(1, _bench.Scheduler.Waiting);
        _bench.Scheduler.RunOne();
        Assert.Equal(Enumerable.Range(0, 40), _turns);
        Assert.Equal(0, _bench.Scheduler.Waiting);
    }

    [Fact]
    public void What_is_late_is_shared_and_every_turn_runs_once()
    {
        _turnTakes = TimeSpan.FromMilliseconds(1);
        Open(40);
        Wake();
        _bench.Scheduler.RunOne();
        Assert.Equal((8, 2), (_turns.Count, _bench.Scheduler.Waiting)); // two portions take 8 ms, and others go on with the rest
        _bench.Scheduler.RunAll();
        Assert.Equal(Enumerable.Range(0, 40), _turns);
    }

    [Fact]
    public void The_engine_has_the_last_word_on_patience()
    {
        using var hasty = new Bench(new EngineOptions { WakePortion = 4, WakePatienceMax = TimeSpan.Zero });
        var (first, _, _) = hasty.Open();
        hasty.Engine.WakeAll([.. Enumerable.Repeat<IMailbox>(first, 5)], hasty.Engine.Clock.Now, s_patience);
        hasty.Scheduler.RunOne();
        Assert.Equal(2, hasty.Scheduler.Waiting);
        hasty.Scheduler.RunAll();
    }

    [Fact]
    public void A_wake_that_meets_a_turn_of_its_own_connection_is_not_lost()
    {
        var (connection, session, _) = _bench.Open();
        var turns = 0;
        session.OnTransmit = _ =>
        {
            if (++turns == 1)
            {
                _bench.Engine.WakeAll([connection], _bench.Engine.Clock.Now, s_patience);
                _bench.Scheduler.RunOne(); // as another thread would, in the middle of the turn
            }

            return false;
        };
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal(2, turns);
    }

    [Fact]
    public void What_a_ticker_wakes_runs_behind_its_tick_on_its_thread()
    {
        _bench.Scheduler.RunsHere = true;
        Open(6);
        var ticker = StartTicker();
        Assert.Equal((0, 0), (_turns.Count, _bench.Scheduler.Waiting));
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(0, 6), _turns);
        Assert.Equal(0, _bench.Scheduler.Waiting);
        ticker.Stop(Reason.Drained);
    }

    [Fact]
    public void The_thread_that_deadlines_wait_for_goes_back_to_them()
    {
        _bench.Scheduler.RunsHere = true;
        _turnTakes = TimeSpan.FromMilliseconds(1);
        Open(40);
        var ticker = StartTicker();
        var (other, session, _) = _bench.Open(run: false);
        session.Deadline = _bench.Engine.Clock.Now + TimeSpan.FromMilliseconds(1002);
        other.Wake();
        _bench.Scheduler.RunAll();
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, _turns.Count); // one portion, and the deadline had come meanwhile
        _bench.Scheduler.RunAll();
        Assert.Equal(Enumerable.Range(0, 40), _turns);
        Assert.Equal(1, session.CountOf("tick"));
        ticker.Stop(Reason.Drained);
    }

    public void Dispose() => _bench.Dispose();

    Instant ITicked.Tick(Instant now)
    {
        if (now >= Instant.Zero + TimeSpan.FromSeconds(1))
        {
            Wake();
            return Instant.Never;
        }

        return Instant.Zero + TimeSpan.FromSeconds(1);
    }

    void ITicked.Stop(Reason why, Instant now)
    {
    }

    private Ticker StartTicker()
    {
        var nowhere = new IPEndPoint(IPAddress.None, 0);
        var ticker = new Ticker(_bench.Engine, new ConnectionInfo(0, "ticker", nowhere, nowhere), this);
        ticker.Wake();
        _bench.Scheduler.RunAll();
        return ticker;
    }

    private void Open(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = i;
            var (connection, session, _) = _bench.Open();
            session.OnTransmit = _ =>
            {
                _turns.Add(number);
                _bench.Time.Advance(_turnTakes);
                return false;
            };
            _woken.Add(connection);
        }
    }

    private void Wake() => _bench.Engine.WakeAll(_woken, _bench.Engine.Clock.Now, s_patience);
}
