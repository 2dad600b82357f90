using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// The books of one station's listeners, whatever protocol they use: how many there are and may be, and what became of every frame that was offered
/// to them. Opened = now + closed by reason; offered = delivered + dropped + queued. Thread-safe.
/// </summary>
/// <param name="listenersMax">Listeners at once; beyond: <see cref="Reason.TooManySubscribers"/>.</param>
public sealed class ListenerLedger(int listenersMax)
{
    private readonly CountLimit _count = new(listenersMax, Reason.TooManySubscribers);
    private readonly Lock _lock = new();
    private readonly Dictionary<Reason, long> _closed = [];
    private readonly Dictionary<Reason, long> _drops = [];
    private ListenerTotals _left;
    private long _opened;

    /// <summary>Listeners now.</summary>
    public int Now => _count.Count;

    /// <summary>Whether one more would be refused now.</summary>
    public bool IsFull => _count.IsFull;

    /// <summary>Listeners since the start.</summary>
    public long Opened => Volatile.Read(ref _opened);

    /// <summary>How many ended for each reason. A copy.</summary>
    public IReadOnlyDictionary<Reason, long> Closed => Copy(_closed);

    /// <summary>Enters one, or says why not. Every entered one ends with <see cref="Leave"/>.</summary>
    public Reason TryEnter()
    {
        var refused = _count.TryEnter();
        if (refused == Reason.None)
        {
            Interlocked.Increment(ref _opened);
        }

        return refused;
    }

    /// <summary>One that entered is gone.</summary>
    /// <param name="subscription">Its place, disposed; null when it never had one.</param>
    /// <param name="why">Why it ended.</param>
    public void Leave(Subscription? subscription, Reason why)
    {
        lock (_lock)
        {
            _closed[why] = _closed.GetValueOrDefault(why) + 1;
            if (subscription is not null)
            {
                _left = _left.Plus(subscription.Stats);
                Add(_drops, subscription.Drops.Read());
            }
        }

        _count.Leave();
    }

    /// <summary>All frames of listeners that left and of those given.</summary>
    public ListenerTotals Sum(IEnumerable<Subscription> present)
    {
        lock (_lock)
        {
            return present.Aggregate(_left, static (sum, one) => sum.Plus(one.Stats));
        }
    }

    /// <summary>Dropped frames by reason, of listeners that left and of those given.</summary>
    public IReadOnlyDictionary<Reason, long> Drops(IEnumerable<Subscription> present)
    {
        var sum = Copy(_drops);
        foreach (var one in present)
        {
            Add(sum, one.Drops.Read());
        }

        return sum;
    }

    private static void Add(Dictionary<Reason, long> sum, IReadOnlyDictionary<Reason, long> more)
    {
        foreach (var (why, frames) in more)
        {
            sum[why] = sum.GetValueOrDefault(why) + frames;
        }
    }

    private Dictionary<Reason, long> Copy(Dictionary<Reason, long> counts)
    {
        lock (_lock)
        {
            return new Dictionary<Reason, long>(counts);
        }
    }
}
