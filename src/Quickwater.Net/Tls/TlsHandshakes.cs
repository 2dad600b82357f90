using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Where handshakes run, and how many there may be. Their arithmetic runs on a bounded number of the runtime's pool threads, never on
/// the engine's. Beyond <paramref name="max"/> the one that has kept us waiting for the peer longest gives way; when none does, because all wait for
/// this machine, the newcomer is refused. Thread-safe.
/// </summary>
/// <remarks>
/// So a flood of handshakes that stand still costs a good client nothing: it is done within a few of its round trips, and those that stand still
/// are always the older ones. And a rush of good clients is not thrown out after they have waited.
/// </remarks>
/// <param name="max">Handshakes at once.</param>
/// <param name="timeout">How long each may take.</param>
/// <param name="workers">How many threads may be at their arithmetic.</param>
/// <param name="time">The clock.</param>
internal sealed class TlsHandshakes(int max, TimeSpan timeout, int workers, TimeProvider time) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TlsTransport> _waiting = new(); // for their peers, the longest first
    private readonly Queue<IThreadPoolWorkItem> _steps = new(); // one a handshake at most
    private int _working;
    private int _count;

    /// <summary>Handshakes under way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>How long each may take.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Half of the cores: the other half serves those who are through.</summary>
    public static int WorkersOfThisMachine => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>A handshake begins. False when there is no room; otherwise it is counted until <see cref="Leave"/>.</summary>
    public bool TryEnter(TlsTransport transport)
    {
        TlsTransport? longest;
        lock (_lock)
        {
            longest = _count < max ? null : _waiting.First?.Value;
            if (_count >= max && longest is null)
            {
                return false;
            }

            if (longest is not null)
            {
                Remove(longest);
            }

            transport.IsShaking = true;
            _count++;
        }

        longest?.Fail(Reason.TooManyHandshakes);
        return true;
    }

    /// <summary>A handshake is over, or gave way.</summary>
    public void Leave(TlsTransport transport)
    {
        lock (_lock)
        {
            Remove(transport);
        }
    }

    /// <summary>It waits for its peer from now on.</summary>
    public void Waits(TlsTransport transport)
    {
        lock (_lock)
        {
            if (transport.IsShaking && transport.Place.List is null)
            {
                _waiting.AddLast(transport.Place);
            }
        }
    }

    /// <summary>It waits for this machine from now on.</summary>
    public void Works(TlsTransport transport)
    {
        lock (_lock)
        {
            Unlink(transport);
        }
    }

    /// <summary>Runs a step when a thread is free for it.</summary>
    public void Queue(IThreadPoolWorkItem step)
    {
        lock (_lock)
        {
            _steps.Enqueue(step);
            if (_working == workers)
            {
                return;
            }

            _working++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>One step, then the turn of others: the pool serves the engine too.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        IThreadPoolWorkItem step;
        lock (_lock)
        {
            step = _steps.Dequeue();
        }

        try
        {
            step.Execute();
        }
        finally
        {
            Next();
        }
    }

    private void Next()
    {
        lock (_lock)
        {
            if (_steps.Count == 0)
            {
                _working--;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Remove(TlsTransport transport)
    {
        if (transport.IsShaking)
        {
            transport.IsShaking = false;
            _count--;
            Unlink(transport);
        }
    }

    private void Unlink(TlsTransport transport)
    {
        if (transport.Place.List is not null)
        {
            _waiting.Remove(transport.Place);
        }
    }
}
