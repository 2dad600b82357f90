namespace Quickwater.Core;

/// <summary>How many of something there may be at once, with the reason that refuses one more. Thread-safe.</summary>
/// <param name="most">At most so many; 0 admits none.</param>
/// <param name="beyond">Why one more is refused.</param>
public sealed class CountLimit(int most, Reason beyond)
{
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether one more would be refused now.</summary>
    public bool IsFull => Count >= most;

    /// <summary>How many there may be.</summary>
    public int Most => most;

    /// <summary>Enters one, or says why not. Every entered one ends with <see cref="Leave"/>.</summary>
    public Reason TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            return Reason.None;
        }

        Interlocked.Decrement(ref _count);
        return beyond;
    }

    /// <summary>One that entered is gone.</summary>
    /// <exception cref="InvalidOperationException">More left than entered: a fault of this program.</exception>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) < 0)
        {
            throw new InvalidOperationException("More left than entered.");
        }
    }
}
