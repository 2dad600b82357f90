namespace Quickwater.Server;

/// <summary>
/// Which of many lines of one kind are worth writing: the first <see cref="AtOnce"/>, and then one each <see cref="Interval"/>. Those between are counted. Thread-safe.
/// </summary>
internal sealed class LineBudget(TimeProvider time)
{
    /// <summary>Lines that may come one behind the other.</summary>
    public const int AtOnce = 10;

    /// <summary>Between two lines when there are many.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _spent = -Interval * AtOnce; // up to when lines have been written for
    private long _unsaid;

    /// <summary>Whether this line is to be written.</summary>
    /// <param name="unsaid">How many before it were not and have not been told of.</param>
    public bool IsDue(out long unsaid)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            var oldest = now - (Interval * AtOnce);
            _spent = _spent > oldest ? _spent : oldest;
            unsaid = _unsaid;
            if (_spent + Interval > now)
            {
                _unsaid++;
                return false;
            }

            _spent += Interval;
            _unsaid = 0;
            return true;
        }
    }

    /// <summary>How many lines were not written since the last that was.</summary>
    public long TakeUnsaid()
    {
        lock (_lock)
        {
            var unsaid = _unsaid;
            _unsaid = 0;
            return unsaid;
        }
    }
}
