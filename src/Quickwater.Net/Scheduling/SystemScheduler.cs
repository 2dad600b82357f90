using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Runs turns on the runtime's thread pool.</summary>
/// <param name="ownTimer">
/// Whether its timers may have threads of their own, where that makes them cheaper each time they go off: for a server, which has one engine.
/// </param>
public sealed class SystemScheduler(bool ownTimer = false) : IScheduler
{
    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);

    /// <inheritdoc/>
    public bool RunsHere => true;

    /// <inheritdoc/>
    /// <remarks>Another clock than the system's has its own timers.</remarks>
    public ITimer CreateTimer(TimeProvider time, TimerCallback callback, object? state) => ownTimer && OperatingSystem.IsLinux() && ReferenceEquals(time, TimeProvider.System)
        ? new LinuxTimer(callback, state) : time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
