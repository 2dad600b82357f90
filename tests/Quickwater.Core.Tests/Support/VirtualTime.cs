namespace Quickwater.Core.Tests;

/// <summary>Time that moves only when a test moves it. Timers fire on the moving thread, in the order of their due times.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that were made.</summary>
    internal int TimersMade => _timers.Count;

    /// <summary>How often a timer was set.</summary>
    internal int Changes { get; private set; }

    /// <summary>When the earliest armed timer fires, if one is armed.</summary>
    internal long? NextTicks => _timers.Where(static t => t.DueTicks is not null).Min(static t => t.DueTicks);

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        _timers.Add(timer);
        timer.Set(dueTime);
        return timer;
    }

    internal void Advance(TimeSpan by)
    {
        var end = _now + by.Ticks;
        while (NextTicks is { } due && due <= end)
        {
            _now = Math.Max(_now, due);
            var timer = _timers.First(t => t.DueTicks == due);
            timer.Fire();
        }

        _now = end;
    }

    private sealed class Timer(VirtualTime time, Action fire) : ITimer
    {
        internal long? DueTicks { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Changes++;
            Set(dueTime);
            return true;
        }

        public void Dispose() => DueTicks = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Set(TimeSpan dueTime) =>
            DueTicks = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime.Ticks;

        internal void Fire()
        {
            DueTicks = null;
            fire();
        }
    }
}
