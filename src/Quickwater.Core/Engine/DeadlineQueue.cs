namespace Quickwater.Core;

/// <summary>
/// The deadlines of all connections behind one timer: a binary heap that is moved only when a deadline comes earlier. A deadline that
/// moves later is noticed when the old one comes, which costs one spare turn instead of a heap operation for every
/// received byte. Thread-safe.
/// </summary>
internal sealed class DeadlineQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Clock _clock;
    private readonly ITimer _timer;
    private readonly Action<ConnectionInfo, Exception> _faulted;
    private Entry[] _heap = new Entry[64];
    private int _count;
    private Instant _armed = Instant.Never;

    internal DeadlineQueue(Clock clock, IScheduler scheduler, Action<ConnectionInfo, Exception> faulted)
    {
        _clock = clock;
        _faulted = faulted;
        _timer = scheduler.CreateTimer(clock.Provider, static queue => ((DeadlineQueue?)queue)?.Fire(), this);
    }

    /// <summary>What waits for a deadline.</summary>
    internal abstract class Entry
    {
        internal long DueTicks = Instant.Never.Ticks;
        internal int Index = -1;

        /// <summary>The deadline has come. Called on the timer's thread, without the queue's lock.</summary>
        internal abstract void Due();

        /// <summary><see cref="Due"/> threw: it is reported, and what the entry belongs to ends. All others have their deadlines all the same.</summary>
        internal abstract void Faulted(Exception fault);
    }

    /// <summary>Makes sure that <see cref="Entry.Due"/> is called at the instant or before.</summary>
    internal void Schedule(Entry entry, Instant at)
    {
        if (at.Ticks >= Volatile.Read(ref entry.DueTicks))
        {
            return; // it comes early enough already; the turn it brings will look again
        }

        lock (_lock)
        {
            if (at.Ticks >= entry.DueTicks)
            {
                return; // another thread was here first, with an earlier one
            }

            entry.DueTicks = at.Ticks;
            if (entry.Index < 0)
            {
                if (_count == _heap.Length)
                {
                    Array.Resize(ref _heap, _count * 2);
                }

                entry.Index = _count;
                _heap[_count++] = entry;
            }

            Up(entry.Index);
            Arm();
        }
    }

    /// <summary>Whether an entry's time has come and it was not called yet.</summary>
    internal bool IsDue(Instant now)
    {
        lock (_lock)
        {
            return _count > 0 && _heap[0].DueTicks <= now.Ticks;
        }
    }

    /// <summary>Forgets an entry.</summary>
    internal void Remove(Entry entry)
    {
        lock (_lock)
        {
            if (entry.Index >= 0)
            {
                RemoveAt(entry.Index);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    // On a thread that all connections depend on: nothing gets out of it.
    private void Fire()
    {
        try
        {
            FireDue();
        }
        catch (Exception fault)
        {
            _faulted(ConnectionInfo.OfThread("deadlines"), fault);
        }
    }

    private void FireDue()
    {
        var now = _clock.Now;
        while (true)
        {
            Entry due;
            lock (_lock)
            {
                _armed = Instant.Never;
                if (_count == 0 || _heap[0].DueTicks > now.Ticks)
                {
                    Arm();
                    return;
                }

                due = _heap[0];
                RemoveAt(0);
            }

            Tell(due);
        }
    }

    private static void Tell(Entry due)
    {
        try
        {
            due.Due();
        }
        catch (Exception fault)
        {
            due.Faulted(fault);
        }
    }

    private void Arm()
    {
        if (_count == 0)
        {
            return;
        }

        var first = new Instant(_heap[0].DueTicks);
        if (first >= _armed || (Mutants.LateTimer && _armed != Instant.Never))
        {
            return;
        }

        _armed = first;
        var wait = first - _clock.Now;
        // Rounded up to the timer's millisecond: an early timer would only find that it is too early, and spin.
        var milliseconds = wait <= TimeSpan.Zero ? 0 : (wait.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private void RemoveAt(int index)
    {
        var entry = _heap[index];
        var last = _heap[--_count];
        _heap[_count] = entry;
        entry.Index = -1;
        entry.DueTicks = Instant.Never.Ticks;
        if (index < _count)
        {
            _heap[index] = last;
            last.Index = index;
            Up(index);
            Down(last.Index);
        }

        Array.Clear(_heap, _count, 1);
    }

    private void Up(int index)
    {
        var entry = _heap[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_heap[parent].DueTicks <= entry.DueTicks)
            {
                break;
            }

            Put(index, _heap[parent]);
            index = parent;
        }

        Put(index, entry);
    }

    private void Down(int index)
    {
        var entry = _heap[index];
        while (true)
        {
            var child = (index * 2) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _heap[child + 1].DueTicks < _heap[child].DueTicks)
            {
                child++;
            }

            if (_heap[child].DueTicks >= entry.DueTicks)
            {
                break;
            }

            Put(index, _heap[child]);
            index = child;
        }

        Put(index, entry);
    }

    private void Put(int index, Entry entry)
    {
        _heap[index] = entry;
        entry.Index = index;
    }
}
