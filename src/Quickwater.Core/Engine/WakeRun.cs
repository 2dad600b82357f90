namespace Quickwater.Core;

/// <summary>
/// The connections that one event wakes, given their turns one behind the other by one thread: to hand a small turn to another thread costs more than to
/// run it. What is not done in time is shared with other threads, which halve it as often as need be. Filled by one thread, then run.
/// </summary>
internal sealed class WakeRun(Engine engine, FreeList<WakeRun> kept) : IThreadPoolWorkItem
{
    [ThreadStatic]
    private static bool s_collects;

    [ThreadStatic]
    private static WakeRun? s_collected;

    private readonly List<Connection> _woken = [];
    private Instant _late;
    private int _taken;
    private int _threads; // that run it, or are asked to
    private long _read; // means nothing

    internal void Add(Connection one) => _woken.Add(one);

    /// <summary>Until <see cref="RunCollected"/>, a run that starts on this thread waits: its turns must not run inside another.</summary>
    internal static void Collect() => s_collects = true;

    /// <summary>Runs what waits, as long as no deadline comes.</summary>
    internal static void RunCollected()
    {
        var run = s_collected;
        (s_collects, s_collected) = (false, null);
        run?.Execute(here: true);
    }

    /// <summary>Queues it, or leaves it for <see cref="RunCollected"/>.</summary>
    /// <param name="late">When other threads shall help.</param>
    internal void Start(Instant late)
    {
        (_late, _taken, _threads) = (late, 0, 1);
        if (s_collects && s_collected is null)
        {
            s_collected = this;
        }
        else
        {
            engine.Scheduler.Queue(this);
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Execute(here: false);

    // On a thread that others depend on: nothing gets out of it, and each connection has its turn whatever another's did.
    private void Execute(bool here)
    {
        while (TryTake(out var from, out var to))
        {
            Warm(from, to);
            for (var i = from; i < to; i++)
            {
                Wake(_woken[i]);
            }

            if (to < _woken.Count && AskOthers(here))
            {
                break;
            }
        }

        if (Interlocked.Decrement(ref _threads) == 0)
        {
            _woken.Clear();
            kept.Give(this);
        }
    }

    private static void Wake(Connection one)
    {
        try
        {
            one.WakeHere();
        }
        catch (Exception fault)
        {
            one.Faulted(fault);
        }
    }

    // Of a thousand connections nothing is in the cache any more when their turns come, and a turn follows one pointer after the other. For a whole portion the
    // processor fetches them side by side.
    private void Warm(int from, int to)
    {
        var read = 0L;
        for (var i = from; i < to; i++)
        {
            read += _woken[i].TryWarm();
        }

        Volatile.Write(ref _read, read);
    }

    private bool TryTake(out int from, out int to)
    {
        var portion = engine.Options.WakePortion;
        to = Interlocked.Add(ref _taken, portion);
        from = to - portion;
        to = Math.Min(to, _woken.Count);
        return from < to;
    }

    // Whether other threads go on in this one's place.
    private bool AskOthers(bool here)
    {
        var now = engine.Clock.Now;
        var others = now >= _late ? 2 : here && engine.Deadlines.IsDue(now) ? 1 : 0; // this thread may be the one that deadlines wait for
        Interlocked.Add(ref _threads, others);
        for (var i = 0; i < others; i++)
        {
            engine.Scheduler.Queue(this);
        }

        return others > 0;
    }
}
