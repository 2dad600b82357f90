using Quickwater.Core;

#pragma warning disable RS0030 // a TimeProvider speaks of dates and of tasks; nobody else here does

namespace Quickwater.Sim;

/// <summary>
/// Time that stands still until the world moves it. Everything that happens later in a simulation is an appointment here. Two
/// appointments at the same time come in an order drawn from the seed, because on real machines it is not promised either.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Appointment, (long At, ulong Tie)> _queue = new();
    private readonly Rng _rng;
    private long _now;
    private int _live;

    /// <summary>Makes a time line at zero.</summary>
    /// <param name="rng">Orders appointments at the same time.</param>
    public VirtualTime(Rng rng) => _rng = rng;

    /// <summary>Time since the world began.</summary>
    public TimeSpan Elapsed => new(_now);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Appointments that are still to come.</summary>
    internal int Count => _live;

    /// <summary>When the next appointment is, or null.</summary>
    internal TimeSpan? Next
    {
        get
        {
            while (_queue.TryPeek(out var appointment, out var key))
            {
                if (!appointment.Cancelled)
                {
                    return new TimeSpan(key.At);
                }

                _queue.Dequeue();
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Epoch + Elapsed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Makes an appointment.</summary>
    /// <param name="delay">From now; zero is later at the same time.</param>
    /// <param name="action">What happens then.</param>
    public Appointment After(TimeSpan delay, Action action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var appointment = new Appointment(this, action);
        _queue.Enqueue(appointment, (_now + delay.Ticks, _rng.Next()));
        _live++;
        return appointment;
    }

    /// <summary>Moves to the next appointment and keeps it. False when there is none.</summary>
    internal bool Advance()
    {
        if (Next is not { } at)
        {
            return false;
        }

        _now = Math.Max(_now, at.Ticks);
        var appointment = _queue.Dequeue();
        _live--;
        appointment.Keep();
        return true;
    }

    /// <summary>Moves to a time before which there is no appointment.</summary>
    internal void AdvanceTo(TimeSpan at) => _now = Math.Max(_now, at.Ticks);

    /// <summary>Something that will happen.</summary>
    public sealed class Appointment
    {
        private readonly VirtualTime _time;
        private Action? _action;

        internal Appointment(VirtualTime time, Action action)
        {
            _time = time;
            _action = action;
        }

        internal bool Cancelled => _action is null;

        /// <summary>It will not happen. Without effect when it has.</summary>
        public void Cancel()
        {
            if (_action is not null)
            {
                _action = null;
                _time._live--;
            }
        }

        internal void Keep()
        {
            var action = _action;
            _action = null;
            action?.Invoke();
        }
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private Appointment? _next;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            _next?.Cancel();
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : time.After(dueTime, () => Fire(period));
            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            _next?.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(TimeSpan period)
        {
            _next = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : time.After(period, () => Fire(period));
            callback(state);
        }
    }
}
