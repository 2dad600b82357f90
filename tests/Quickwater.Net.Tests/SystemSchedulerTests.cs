using System.Collections.Concurrent;
using System.Diagnostics;
using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Net.Tests;

/// <summary>The scheduler of a running process: its pool, and both kinds of its timers.</summary>
public sealed class SystemSchedulerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    private readonly SemaphoreSlim _went = new(0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_timer_goes_off_once_each_time_it_is_set_and_not_before(bool own)
    {
        using var timer = Make(own);
        var early = own ? 1 : 5; // the runtime counts in the kernel's coarse clock, whose steps may be 4 ms
        for (var milliseconds = 0; milliseconds <= 60; milliseconds += 20)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.True(timer.Change(TimeSpan.FromMilliseconds(milliseconds), s_never));
            Assert.True(await _went.WaitAsync(s_patience));
            Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(milliseconds - early), $"set to {milliseconds} ms");
        }

        Assert.Equal(0, _went.CurrentCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_timer_can_be_moved_and_stopped(bool own)
    {
        using var timer = Make(own);
        timer.Change(TimeSpan.FromHours(1), s_never);
        timer.Change(TimeSpan.FromMilliseconds(1), s_never);
        Assert.True(await _went.WaitAsync(s_patience));
        timer.Change(TimeSpan.FromMilliseconds(30), s_never);
        timer.Change(s_never, s_never);
        using var later = Make(own);
        later.Change(TimeSpan.FromMilliseconds(100), s_never);
        Assert.True(await _went.WaitAsync(s_patience));
        Assert.Equal(0, _went.CurrentCount); // only the later one went off
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_timer_that_was_disposed_cannot_be_set(bool own)
    {
        var timer = Make(own);
        timer.Dispose();
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, s_never));
    }

    [LinuxFact]
    [Requirement("MED-9.8")]
    public async Task What_a_timer_of_its_own_calls_may_throw_and_is_reported_and_called_again()
    {
        var faults = new ConcurrentQueue<(ConnectionInfo Whose, Exception Fault)>();
        var scheduler = new SystemScheduler(ownTimer: true, (whose, fault) =>
        {
            faults.Enqueue((whose, fault));
            throw new InvalidOperationException("planted where it is reported");
        });
        using var timer = scheduler.CreateTimer(
            TimeProvider.System,
            _ =>
            {
                _went.Release();
                throw new InvalidOperationException("planted");
            },
            null);
        for (var i = 1; i <= 3; i++)
        {
            timer.Change(TimeSpan.FromMilliseconds(1), s_never);
            Assert.True(await _went.WaitAsync(s_patience));
            await Until.HoldsAsync(() => faults.Count == i, s_patience, "it is reported");
        }

        Assert.All(faults, static one => Assert.Equal((0ul, "timer", "planted"), (one.Whose.Id, one.Whose.Protocol, one.Fault.Message)));
    }

    [LinuxFact]
    public async Task A_timer_of_its_own_gives_thread_and_descriptor_back()
    {
        using (var timer = Make(own: true))
        {
            timer.Change(TimeSpan.FromHours(1), s_never);
            Assert.Equal(1, Threads());
        }

        await Until.HoldsAsync(() => Threads() == 0, s_patience, "its thread has ended");
    }

    [Fact]
    public void Another_clock_has_timers_of_its_own()
    {
        var time = new OtherTime();
        using var timer = new SystemScheduler(ownTimer: true).CreateTimer(time, static _ => { }, null);
        Assert.Equal(1, time.Made);
    }

    private static int Threads() => Directory.GetDirectories("/proc/self/task").Count(static thread => Name(thread).StartsWith("quickwater-time", StringComparison.Ordinal));

    private static string Name(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm"));
        }
        catch (IOException)
        {
            return ""; // it has just ended
        }
    }

    private ITimer Make(bool own) => new SystemScheduler(own).CreateTimer(TimeProvider.System, _ => _went.Release(), null);

    private sealed class OtherTime : TimeProvider
    {
        public int Made { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Made++;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
