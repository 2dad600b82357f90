namespace Quickwater.Core;

/// <summary>Runs turns: the thread pool in production, a seeded queue in the simulator. Thread-safe.</summary>
public interface IScheduler
{
    /// <summary>Runs the item soon, on some thread, never inside this call.</summary>
    void Queue(IThreadPoolWorkItem item);
}
