namespace Quickwater.Core;

/// <summary>Runs turns and goes off when they are due: threads and timers in production, seeded queues in the simulator. Thread-safe.</summary>
public interface IScheduler
{
    /// <summary>Runs the item soon, on some thread, never inside this call.</summary>
    void Queue(IThreadPoolWorkItem item);

    /// <summary>
    /// Whether a thread that has just found out that an item is to run may run it at once, with no lock held and no turn around it, instead of queueing it.
    /// </summary>
    bool RunsHere => false;

    /// <summary>A timer of that clock, which goes off once each time it is set and need not come before the millisecond.</summary>
    ITimer CreateTimer(TimeProvider time, TimerCallback callback, object? state) =>
        time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
