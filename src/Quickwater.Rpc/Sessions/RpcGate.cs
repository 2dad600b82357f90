using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Bounds the calls in flight: of all callers, and of each, so that one leaves places for the others. A connection that finds no place is woken when there is one for it;
/// the longest waiting first. Thread-safe.
/// </summary>
/// <param name="max">Calls of all.</param>
/// <param name="callerMax">Calls of one caller, on however many connections.</param>
internal sealed class RpcGate(int max, int callerMax)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _queue = new(); // who waits for a place of all
    private readonly Dictionary<(string? Name, UInt128 Address), Share> _shares = []; // of callers with a connection or a call
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

    /// <summary>How many callers it knows of, and the most calls that one of them has. For invariants.</summary>
    internal (int Callers, int Most) Shares
    {
        get
        {
            lock (_lock)
            {
                return (_shares.Count, _shares.Values.Select(static share => share.Calls).DefaultIfEmpty().Max());
            }
        }
    }

    /// <summary>A connection comes. Its calls are those of its address.</summary>
    public Waiter Join(IMailbox mailbox, UInt128 address)
    {
        lock (_lock)
        {
            return new Waiter(mailbox, ShareOf((null, address)));
        }
    }

    /// <summary>From now on the calls of a connection are those of a caller by name. None of them is in flight or waits.</summary>
    public void Name(Waiter waiter, string name)
    {
        lock (_lock)
        {
            Leave(waiter.Share);
            waiter.Share = ShareOf((name, 0));
        }
    }

    /// <summary>Takes a place. Where there is none, the waiter is woken when there may be one.</summary>
    public RpcPlace TryEnter(Waiter waiter)
    {
        lock (_lock)
        {
            var (calledByAll, calledByShare) = (waiter.All.TakeCall(), waiter.Own.TakeCall());
            var share = waiter.Share;
            if (share.Calls >= callerMax && !RpcMutants.GreedyCaller)
            {
                Queue(share.Queue, waiter, waiter.Own);
                CallNext(calledByAll ? _queue : null); // the place is another's
                return RpcPlace.CallerHasAll;
            }

            if (_count >= max)
            {
                Queue(_queue, waiter, waiter.All);
                CallNext(calledByShare ? share.Queue : null); // so that it waits for a place of all as well
                return RpcPlace.None;
            }

            _count++;
            share.Calls++;
            return RpcPlace.Taken;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Exit(Share share)
    {
        lock (_lock)
        {
            _count--;
            share.Calls--;
            CallNext(_queue);
            CallNext(share.Queue);
            Forget(share);
        }
    }

    /// <summary>The waiter will not come any more: a call to it goes to the next.</summary>
    public void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            waiter.Gone = true;
            CallNext(waiter.All.TakeCall() ? _queue : null);
            CallNext(waiter.Own.TakeCall() ? waiter.Share.Queue : null);
            Leave(waiter.Share);
        }
    }

    private Share ShareOf((string? Name, UInt128 Address) key)
    {
        ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, key, out _);
        share ??= new Share(key);
        share.Connections++;
        return share;
    }

    private static void Queue(Queue<Waiter> queue, Waiter waiter, Place place)
    {
        if (!place.Queued)
        {
            place.Queued = true;
            queue.Enqueue(waiter);
        }
    }

    // A wake only queues a turn, so it may be asked for under the lock.
    private void CallNext(Queue<Waiter>? queue)
    {
        while (queue is not null && queue.TryDequeue(out var next))
        {
            var place = queue == _queue ? next.All : next.Own;
            place.Queued = false;
            if (!next.Gone)
            {
                place.Called = true;
                next.Mailbox.Wake();
                return;
            }
        }
    }

    private void Leave(Share share)
    {
        share.Connections--;
        Forget(share);
    }

    private void Forget(Share share)
    {
        if (share is { Connections: 0, Calls: 0 })
        {
            _shares.Remove(share.Key);
        }
    }

    /// <summary>The calls of one caller. Belongs to the gate.</summary>
    internal sealed class Share((string? Name, UInt128 Address) key)
    {
        public (string? Name, UInt128 Address) Key { get; } = key;

        public Queue<Waiter> Queue { get; } = new();

        public int Connections { get; set; }

        public int Calls { get; set; }
    }

    /// <summary>A connection that may wait. All but the mailbox belongs to the gate.</summary>
    internal sealed class Waiter(IMailbox mailbox, Share share)
    {
        public IMailbox Mailbox { get; } = mailbox;

        public Share Share { get; set; } = share;

        public Place All { get; } = new();

        public Place Own { get; } = new();

        public bool Gone { get; set; }
    }

    /// <summary>Where a connection stands in one of the queues.</summary>
    internal sealed class Place
    {
        public bool Queued { get; set; }

        public bool Called { get; set; }

        /// <summary>Whether it was called, which is answered by what it does now.</summary>
        public bool TakeCall()
        {
            var called = Called;
            Called = false;
            return called;
        }
    }
}
