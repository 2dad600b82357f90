using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Runs turns on the runtime's thread pool.</summary>
/// <param name="ownTimer">
/// Whether its timers may have threads of their own, where that makes them cheaper each time they go off: for a server, which has one engine.
/// </param>
/// <param name="faulted">Told of faults of this program on such a thread; as <see cref="IConnectionObserver.Faulted"/>.</param>
public sealed class SystemScheduler(bool ownTimer = false, Action<ConnectionInfo, Exception>? faulted = null) : IScheduler
{
    /// <inheritdoc/>
    /// <remarks>The item must not throw: those of an <see cref="Engine"/> do not, whatever their sessions do.</remarks>
    public void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);

    /// <inheritdoc/>
    public bool RunsHere => true;

    /// <inheritdoc/>
    /// <remarks>Another clock than the system's has its own timers.</remarks>
    public ITimer CreateTimer(TimeProvider time, TimerCallback callback, object? state) => ownTimer && OperatingSystem.IsLinux() && ReferenceEquals(time, TimeProvider.System)
        ? new LinuxTimer(callback, state, faulted) : time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
