using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// The thread of one shard: it waits for its socket, runs the turns of its port, and sets off its deadlines, so that a shard's data stays with one core. Above a rate it
/// polls at an interval instead of being woken for each datagram (<see cref="ReceiveCoalescing"/>). Linux only.
/// </summary>
internal sealed unsafe class UdpLoop : IScheduler, IDisposable
{
    private static readonly long s_windowTicks = Stopwatch.Frequency / 100; // 10 ms: what the rate is measured over

    private readonly ConcurrentQueue<IThreadPoolWorkItem> _queue = new();
    private readonly List<LoopTimer> _timers = [];
    private readonly Lock _timersLock = new();
    private readonly ReceiveCoalescing _coalescing;
    private readonly Action<Exception>? _faulted;
    private readonly Thread _thread;
    private readonly Lock _eventLock = new(); // a number that is closed may be another's
    private readonly int _event;
    private bool _eventClosed;
    private LinuxUdpSocket? _socket;
    private int _asleep;
    private bool _stopped;
    private int _disposed;
    private bool _coalesces;
    private long _windowBegan;
    private long _windowReceived;

    /// <summary>Makes one whose thread runs.</summary>
    /// <param name="number">Names the thread.</param>
    /// <param name="coalescing">When it looks instead of being woken.</param>
    /// <param name="faulted">Told of faults of this program on its thread that no port caused.</param>
    /// <exception cref="SocketException">The system has no descriptors left.</exception>
    public UdpLoop(int number, ReceiveCoalescing coalescing, Action<Exception>? faulted = null)
    {
        (_coalescing, _faulted) = (coalescing, faulted);
        _event = EpollCalls.CreateEvent(0, EpollCalls.CloseOnExec | EpollCalls.NonBlocking);
        if (_event < 0)
        {
            throw new SocketException((int)EpollCalls.ErrorOf(Marshal.GetLastPInvokeError()));
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"quickwater-udp-{number}" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public bool RunsHere => false; // its own turns are queued, and run next

    /// <summary>Whether it polls now. For tests and figures.</summary>
    internal bool Coalesces => Volatile.Read(ref _coalesces);

    /// <inheritdoc/>
    /// <remarks>The item must not throw: those of an <see cref="Engine"/> do not, whatever their sessions do.</remarks>
    public void Queue(IThreadPoolWorkItem item)
    {
        _queue.Enqueue(item);
        LookAgain();
    }

    /// <inheritdoc/>
    public ITimer CreateTimer(TimeProvider time, TimerCallback callback, object? state)
    {
        var timer = new LoopTimer(this, callback, state);
        lock (_timersLock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Ends the thread. Close the port first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Volatile.Write(ref _stopped, true);
        Interrupt();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        lock (_eventLock)
        {
            _eventClosed = true;
            _ = EpollCalls.Close(_event);
        }
    }

    /// <summary>The socket that it waits for, from now on.</summary>
    internal void Watch(LinuxUdpSocket socket)
    {
        if (Interlocked.CompareExchange(ref _socket, socket, null) is not null)
        {
            throw new InvalidOperationException("A loop has one socket.");
        }

        LookAgain();
    }

    /// <summary>Something changed that it must look at: it does not fall asleep over it, and wakes if it sleeps.</summary>
    internal void LookAgain()
    {
        if (Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            Interrupt();
        }
    }

    private void Interrupt()
    {
        var one = 1UL;
        lock (_eventLock)
        {
            if (!_eventClosed)
            {
                _ = EpollCalls.Write(_event, (byte*)&one, sizeof(ulong));
            }
        }
    }

    // A thread that a port and all its peers depend on: nothing gets out of it.
    private void Run()
    {
        while (!Volatile.Read(ref _stopped))
        {
            try
            {
                RunQueued();
                Wait(FireTimers());
            }
            catch (Exception fault)
            {
                Report(fault);
            }
        }

        RunQueued(); // what a port still had to do
    }

    private void Report(Exception fault)
    {
        try
        {
            _faulted?.Invoke(fault);
            _socket?.Fault(fault);
        }
        catch (Exception)
        {
            // There is nobody else to tell, and the loop must go on.
        }
    }

    private void RunQueued()
    {
        for (var left = _queue.Count; left > 0 && _queue.TryDequeue(out var item); left--)
        {
            item.Execute();
        }
    }

    // How long until the next timer; null when there is none.
    private TimeSpan? FireTimers()
    {
        TimeSpan? next = null;
        for (var i = 0; ; i++)
        {
            LoopTimer timer;
            lock (_timersLock)
            {
                if (i >= _timers.Count)
                {
                    return next;
                }

                timer = _timers[i];
            }

            timer.FireIfDue();
            if (timer.Left is { } left && (next is null || left < next))
            {
                next = left;
            }
        }
    }

    private void Wait(TimeSpan? until)
    {
        var socket = Volatile.Read(ref _socket);
        Measure(socket);
        if (socket is not null && _coalesces && socket.ReceiveWaits)
        {
            if (_queue.IsEmpty)
            {
                var interval = UdpCalls.Time.Of(_coalescing.Interval);
                _ = UdpCalls.Sleep(&interval, null);
            }

            socket.BecameReady(readable: true, socket.SendWaits);
            return;
        }

        Volatile.Write(ref _asleep, 1);
        Interlocked.MemoryBarrier(); // what is queued or waits from here on wakes this thread; what was before is seen below
        var isInside = socket is not null && socket.Enter();
        var wanted = (short)(isInside && socket is not null ? (socket.ReceiveWaits ? UdpCalls.PollIn : 0) | (socket.SendWaits ? UdpCalls.PollOut : 0) : 0);
        short seen = 0;
        if (_queue.IsEmpty && !Volatile.Read(ref _stopped))
        {
            seen = Poll(isInside && socket is not null ? socket.Descriptor : -1, wanted, until);
        }

        Volatile.Write(ref _asleep, 0);
        if (isInside && socket is not null)
        {
            socket.Leave();
            var isWrong = (seen & ~(UdpCalls.PollIn | UdpCalls.PollOut)) != 0; // the next call says what
            socket.BecameReady((seen & UdpCalls.PollIn) != 0 || isWrong, (seen & UdpCalls.PollOut) != 0 || isWrong);
        }
    }

    private short Poll(int descriptor, short wanted, TimeSpan? until)
    {
        var entries = stackalloc UdpCalls.PollEntry[]
        {
            new() { Descriptor = _event, Wanted = UdpCalls.PollIn },
            new() { Descriptor = wanted == 0 ? -1 : descriptor, Wanted = wanted },
        };
        var timeout = UdpCalls.Time.Of(until ?? TimeSpan.Zero);
        if (UdpCalls.Poll(entries, 2, until is null ? null : &timeout, null) <= 0)
        {
            return 0; // a timer, or a signal
        }

        if (entries[0].Seen != 0)
        {
            ulong count;
            _ = UdpCalls.Read(_event, (byte*)&count, sizeof(ulong));
        }

        return entries[1].Seen;
    }

    // Whether so many come that it pays to poll. Half the rate ends it, so that it does not swing.
    private void Measure(LinuxUdpSocket? socket)
    {
        var passed = Stopwatch.GetTimestamp() - _windowBegan;
        if (socket is null || passed < s_windowTicks)
        {
            return;
        }

        var received = socket.Received - _windowReceived;
        var least = _coalescing.PacketsPerSecondMin * (double)passed / Stopwatch.Frequency;
        Volatile.Write(ref _coalesces, _coalescing.Interval > TimeSpan.Zero && received >= (_coalesces ? least / 2 : least));
        (_windowBegan, _windowReceived) = (_windowBegan + passed, socket.Received);
    }

    // A timer that the loop's thread looks at; it goes off once each time it is set.
    private sealed class LoopTimer(UdpLoop loop, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = long.MaxValue;

        private long _due = Never;

        internal TimeSpan? Left => Volatile.Read(ref _due) is not Never and var due
            ? TimeSpan.FromTicks(Math.Max(0, (due - Stopwatch.GetTimestamp()) * TimeSpan.TicksPerSecond / Stopwatch.Frequency) + 1) : null;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException($"The period is {period}; this timer goes off once.");
            }

            Volatile.Write(ref _due, dueTime == Timeout.InfiniteTimeSpan ? Never
                : Stopwatch.GetTimestamp() + (long)(dueTime.TotalSeconds * Stopwatch.Frequency));
            loop.LookAgain();
            return true;
        }

        public void Dispose()
        {
            Volatile.Write(ref _due, Never);
            lock (loop._timersLock)
            {
                loop._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        internal void FireIfDue()
        {
            var due = Volatile.Read(ref _due);
            if (due != Never && due <= Stopwatch.GetTimestamp() && Interlocked.CompareExchange(ref _due, Never, due) == due)
            {
                callback(state);
            }
        }
    }
}
