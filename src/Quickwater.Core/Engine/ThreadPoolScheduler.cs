namespace Quickwater.Core;

/// <summary>Runs turns on the runtime's thread pool. The engine makes no threads of its own.</summary>
public sealed class ThreadPoolScheduler : IScheduler
{
    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
