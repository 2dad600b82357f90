namespace Quickwater.Core;

/// <summary>What is held for the peers of one address, within a <see cref="MemoryBudget"/>. Thread-safe.</summary>
public sealed class MemoryHolder
{
    private readonly MemoryBudget _budget;
    private long _bytes;
    private int _streams;

    internal MemoryHolder(MemoryBudget budget, UInt128 key) => (_budget, Key) = (budget, key);

    /// <summary>Bytes held for the peers of this address: what they sent and did not finish, and what they were sent and do not read.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether it may hold no more now: it has its share, or the budget is spent.</summary>
    public bool IsFull => !_budget.Allows(Bytes);

    /// <summary>Streams that peers of this address publish.</summary>
    internal int Streams => Volatile.Read(ref _streams);

    internal UInt128 Key { get; }

    /// <summary>Peers of this address; under the budget's lock.</summary>
    internal int Peers { get; set; }

    /// <summary>Takes bytes; false when the budget or this address's share of it is spent.</summary>
    public bool TryTake(long bytes)
    {
        if (_budget.TryTake(bytes, Interlocked.Add(ref _bytes, bytes)))
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Takes bytes that are held whatever the budget says.</summary>
    public void Take(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        _budget.Take(bytes);
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        _budget.Give(bytes);
    }

    /// <summary>Somebody else holds the bytes from now on, such as a stream: they count on, but not for this address.</summary>
    internal void HandOver(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>A peer of this address publishes a stream, or one ended.</summary>
    internal void CountStream(int change)
    {
        var streams = Interlocked.Add(ref _streams, change);
        if (change > 0 && streams == 1)
        {
            _budget.CountPublishing(1);
        }
        else if (change < 0 && streams == 0)
        {
            _budget.CountPublishing(-1);
        }
    }
}
