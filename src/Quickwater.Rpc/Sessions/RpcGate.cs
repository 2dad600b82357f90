using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Bounds the calls in flight in all. A connection that finds it full is woken when there is room; the longest waiting first.
/// Thread-safe.
/// </summary>
internal sealed class RpcGate(int max)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _queue = new();
    private int _count;

    /// <summary>Calls in flight.</summary>
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

    /// <summary>Takes a place. False when there is none: then the waiter is woken when there is one.</summary>
    public bool TryEnter(Waiter waiter)
    {
        lock (_lock)
        {
            waiter.Called = false;
            if (_count < max)
            {
                _count++;
                return true;
            }

            if (!waiter.Queued)
            {
                waiter.Queued = true;
                _queue.Enqueue(waiter);
            }

            return false;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Exit()
    {
        lock (_lock)
        {
            _count--;
            CallNext();
        }
    }

    /// <summary>The waiter will not come any more: a call to it goes to the next.</summary>
    public void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            waiter.Gone = true;
            if (waiter.Called)
            {
                CallNext();
            }
        }
    }

    // A wake only queues a turn, so it may be asked for under the lock.
    private void CallNext()
    {
        while (_queue.TryDequeue(out var next))
        {
            next.Queued = false;
            if (!next.Gone)
            {
                next.Called = true;
                next.Mailbox.Wake();
                return;
            }
        }
    }

    /// <summary>A connection that may wait. All but the mailbox belongs to the gate.</summary>
    internal sealed class Waiter(IMailbox mailbox)
    {
        public IMailbox Mailbox { get; } = mailbox;

        public bool Queued { get; set; }

        public bool Called { get; set; }

        public bool Gone { get; set; }
    }
}
