namespace Quickwater.Core;

/// <summary>
/// Counts what must be given back: sockets, frames, ring segments and buffers that are alive now. One object for each server or
/// test world, handed to whatever creates such things, so that a test can demand zeros at its end. Thread-safe.
/// </summary>
/// <param name="memory">Counts the bytes of such things, and bounds them; null for a count without a bound.</param>
public sealed class LeakCounters(MemoryBudget? memory = null)
{
    /// <summary>Open sockets.</summary>
    public Counter Sockets { get; } = new();

    /// <summary>Frames with at least one reference.</summary>
    public Counter Frames { get; } = new();

    /// <summary>Ring segments with at least one reference.</summary>
    public Counter Segments { get; } = new();

    /// <summary>Rented <see cref="PooledBytes"/> that were not released.</summary>
    public Counter Buffers { get; } = new();

    /// <summary>The memory of such things.</summary>
    public MemoryBudget Memory { get; } = memory ?? new MemoryBudget();

    /// <summary>All counts. Each is exact; together they are of one moment only while nothing else runs.</summary>
    public Snapshot Read() => new(Sockets.Count, Frames.Count, Segments.Count, Buffers.Count, Memory.Used);

    /// <summary>One count of living things. Thread-safe.</summary>
    public sealed class Counter
    {
        private long _count;

        /// <summary>How many are alive.</summary>
        public long Count => Volatile.Read(ref _count);

        /// <summary>One came to life.</summary>
        public void Add() => Interlocked.Increment(ref _count);

        /// <summary>One is gone.</summary>
        /// <exception cref="InvalidOperationException">More went than came: a double release in this program.</exception>
        public void Remove()
        {
            if (Interlocked.Decrement(ref _count) < 0)
            {
                throw new InvalidOperationException("Something was released more often than it was taken.");
            }
        }

        /// <inheritdoc/>
        public override string ToString() => Count.ToString();
    }

    /// <summary>All counts at once.</summary>
    /// <param name="Sockets">Open sockets.</param>
    /// <param name="Frames">Living frames.</param>
    /// <param name="Segments">Living ring segments.</param>
    /// <param name="Buffers">Rented buffers.</param>
    /// <param name="Bytes">Memory that counts against the <see cref="MemoryBudget"/>.</param>
    public readonly record struct Snapshot(long Sockets, long Frames, long Segments, long Buffers, long Bytes = 0)
    {
        /// <summary>Whether nothing is alive: what every test expects at its end.</summary>
        public bool IsZero => this == default;
    }
}
