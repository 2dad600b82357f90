using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("RTMP-6.5")]
public sealed class DeadlineQueueTests
{
    private readonly VirtualTime _time = new();
    private readonly List<int> _due = [];

    [Fact]
    public void Ten_thousand_entries_come_due_in_order_behind_one_timer()
    {
        var clock = new Clock(_time);
        using var queue = new DeadlineQueue(clock, new ManualScheduler(), NoFault);
        var rng = new Rng(1);
        var deadlines = Enumerable.Range(0, 10_000).Select(_ => rng.Between(1, 50_000)).ToArray();
        for (var i = 0; i < deadlines.Length; i++)
        {
            queue.Schedule(new Probe(i, _due), Milliseconds(deadlines[i]));
        }

        Assert.Equal(1, _time.TimersMade);
        for (var second = 1; second <= 50; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(deadlines.Count(at => at <= second * 1000), _due.Count);
        }

        Assert.Equal(_due.OrderBy(i => deadlines[i]).Select(i => deadlines[i]), _due.Select(i => deadlines[i]));
        Assert.Equal(1, _time.TimersMade);
        Assert.Null(_time.NextTicks);
    }

    [Fact]
    public void Later_moves_cost_nothing_and_the_old_time_still_comes()
    {
        using var queue = new DeadlineQueue(new Clock(_time), new ManualScheduler(), NoFault);
        var probe = new Probe(1, _due);
        queue.Schedule(probe, Milliseconds(10));
        var changes = _time.Changes;
        for (var i = 11; i < 1000; i++)
        {
            queue.Schedule(probe, Milliseconds(i));
        }

        Assert.Equal(changes, _time.Changes);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal([1], _due);

        // The turn that this brings schedules the present deadline.
        queue.Schedule(probe, Milliseconds(1000));
        _time.Advance(TimeSpan.FromMilliseconds(989));
        Assert.Single(_due);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, _due.Count);
    }

    [Fact]
    public void Earlier_moves_are_kept_and_the_timer_is_armed_to_the_earliest_only()
    {
        using var queue = new DeadlineQueue(new Clock(_time), new ManualScheduler(), NoFault);
        var probes = Enumerable.Range(0, 100).Select(i => new Probe(i, _due)).ToArray();
        foreach (var probe in probes)
        {
            queue.Schedule(probe, Milliseconds(1000 + probe.Id));
        }

        Assert.Equal(Milliseconds(1000).Ticks, _time.NextTicks);
        Assert.Equal(1, _time.Changes);
        queue.Schedule(probes[77], Milliseconds(500));
        Assert.Equal(Milliseconds(500).Ticks, _time.NextTicks);
        Assert.Equal(2, _time.Changes);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal([77], _due);
        Assert.Equal(Milliseconds(1000).Ticks, _time.NextTicks);
    }

    [Fact]
    public void A_removed_entry_never_comes()
    {
        using var queue = new DeadlineQueue(new Clock(_time), new ManualScheduler(), NoFault);
        var rng = new Rng(2);
        var probes = Enumerable.Range(0, 1000).Select(i => new Probe(i, _due)).ToArray();
        foreach (var probe in probes)
        {
            queue.Schedule(probe, Milliseconds(rng.Between(1, 500)));
        }

        var removed = probes.Where(_ => rng.Chance(0.5)).ToHashSet();
        foreach (var probe in removed)
        {
            queue.Remove(probe);
            queue.Remove(probe);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(probes.Except(removed).Select(p => p.Id).Order(), _due.Order());
    }

    [Fact]
    public void Random_schedules_agree_with_a_plain_list()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            Agree(new Rng(seed));
        }
    }

    [Fact]
    public async Task Threads_that_schedule_one_entry_keep_its_earliest_deadline()
    {
        for (var round = 0; round < 200; round++)
        {
            var time = new VirtualTime();
            using var queue = new DeadlineQueue(new Clock(time), new ManualScheduler(), NoFault);
            var probe = new Probe(0, []);
            using var start = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(1, 2).Select(at => Task.Run(() =>
            {
                start.SignalAndWait();
                queue.Schedule(probe, Milliseconds(at * 100));
            })));
            time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Single(probe.Log);
        }
    }

    [Fact]
    [Requirement("MED-9.8")]
    public void What_one_entry_throws_is_its_own_and_the_others_have_their_deadlines()
    {
        var time = new VirtualTime();
        var log = new List<int>();
        using var queue = new DeadlineQueue(new Clock(time), new ManualScheduler(), NoFault);
        var thrower = new Probe(1, log) { Throws = true };
        queue.Schedule(thrower, Milliseconds(100));
        queue.Schedule(new Probe(2, log), Milliseconds(100));
        queue.Schedule(new Probe(3, log), Milliseconds(200));
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([1, 2], log.Order());
        Assert.Equal("planted", thrower.Fault?.Message);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, log.Count);
    }

    private static void NoFault(ConnectionInfo whose, Exception fault) => Assert.Fail(fault.ToString());

    private static void Agree(Rng rng)
    {
        var time = new VirtualTime();
        var due = new List<int>();
        using var queue = new DeadlineQueue(new Clock(time), new ManualScheduler(), NoFault);
        var probes = Enumerable.Range(0, 50).Select(i => new Probe(i, due)).ToArray();
        var expected = new Dictionary<int, int>();
        var now = 0;
        for (var step = 0; step < 500; step++)
        {
            var id = rng.Below(probes.Length);
            if (rng.Chance(0.1))
            {
                queue.Remove(probes[id]);
                expected.Remove(id);
            }
            else if (rng.Chance(0.7))
            {
                var at = now + rng.Between(1, 300);
                queue.Schedule(probes[id], Milliseconds(at));
                expected[id] = Math.Min(at, expected.GetValueOrDefault(id, int.MaxValue));
            }
            else
            {
                now += rng.Between(1, 40);
                time.Advance(TimeSpan.FromMilliseconds(now) - (new Instant(time.GetTimestamp()) - Instant.Zero));
                var came = expected.Where(e => e.Value <= now).Select(e => e.Key).ToList();
                Assert.Equal(came.Order(), due.Order());
                due.Clear();
                came.ForEach(key => expected.Remove(key));
            }
        }
    }

    private static Instant Milliseconds(int count) => Instant.Zero + TimeSpan.FromMilliseconds(count);

    private sealed class Probe(int id, List<int> log) : DeadlineQueue.Entry
    {
        internal int Id => id;

        internal List<int> Log => log;

        internal bool Throws { get; init; }

        internal Exception? Fault { get; private set; }

        internal override void Due()
        {
            log.Add(id);
            if (Throws)
            {
                throw new InvalidOperationException("planted");
            }
        }

        internal override void Faulted(Exception fault) => Fault = fault;
    }
}
