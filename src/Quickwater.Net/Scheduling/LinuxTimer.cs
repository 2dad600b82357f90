using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// A timer with a thread of its own that waits in the kernel. To move it is one system call and wakes nobody, and when it goes off that is one wake of one
/// thread; the runtime's timers wake their thread for both, and then one of the pool.
/// </summary>
internal sealed unsafe partial class LinuxTimer : ITimer
{
    private const int Monotonic = 1; // CLOCK_MONOTONIC

    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly Action<ConnectionInfo, Exception>? _faulted;
    private readonly Lock _lock = new(); // a number that is closed may be another's
    private readonly int _fd;
    private bool _disposed;

    /// <summary>
    /// Makes a timer that does not go off before <see cref="Change"/>. The callback runs on its thread, and must not block. What it throws is reported, and the
    /// timer can be set again.
    /// </summary>
    /// <exception cref="SocketException">The system has no file descriptors left.</exception>
    public LinuxTimer(TimerCallback callback, object? state, Action<ConnectionInfo, Exception>? faulted = null)
    {
        (_callback, _state, _faulted) = (callback, state, faulted);
        _fd = Create(Monotonic, EpollCalls.CloseOnExec);
        if (_fd < 0)
        {
            throw new SocketException((int)EpollCalls.ErrorOf(Marshal.GetLastPInvokeError()));
        }

        new Thread(Run) { IsBackground = true, Name = "quickwater-timer" }.Start();
    }

    /// <inheritdoc/>
    /// <remarks>It goes off once; a period is not supported.</remarks>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            throw new NotSupportedException($"The period is {period}; this timer goes off once.");
        }

        lock (_lock)
        {
            return !_disposed && Set(dueTime);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                Set(TimeSpan.Zero); // so that its thread sees it, and closes it
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private bool Set(TimeSpan dueTime)
    {
        // All zero would mean never.
        var ticks = dueTime == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, dueTime.Ticks);
        var when = new Setting
        {
            Seconds = (nint)(ticks / TimeSpan.TicksPerSecond),
            Nanoseconds = (nint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick),
        };
        return SetTime(_fd, 0, &when, null) == 0;
    }

    private void Run()
    {
        ulong times;
        while (true)
        {
            var read = Read(_fd, (byte*)&times, sizeof(ulong));
            lock (_lock)
            {
                if (_disposed)
                {
                    _ = EpollCalls.Close(_fd);
                    return;
                }
            }

            if (read == sizeof(ulong)) // otherwise a signal interrupted it
            {
                GoOff();
            }
        }
    }

    private void GoOff()
    {
        try
        {
            _callback(_state);
        }
        catch (Exception fault)
        {
            Report(fault);
        }
    }

    private void Report(Exception fault)
    {
        try
        {
            _faulted?.Invoke(ConnectionInfo.OfThread("timer"), fault);
        }
        catch (Exception)
        {
            // There is nobody else to tell, and the timer must go on.
        }
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetTime(int fd, int flags, Setting* when, Setting* before);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int fd, byte* bytes, nuint length);

    // struct itimerspec: two of struct timespec.
    private struct Setting
    {
        public nint PeriodSeconds;
        public nint PeriodNanoseconds;
        public nint Seconds;
        public nint Nanoseconds;
    }
}
