using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// What callers want of a client's connection, until its next turn. Thread-safe; calls are bounded, and so are orders about them: one
/// cancellation each, and credit only for what was received.
/// </summary>
internal sealed class RpcClientOutbox(int callsMax)
{
    private readonly Lock _lock = new();
    private List<Order> _waiting = [];
    private List<Order> _taken = [];
    private IMailbox? _mailbox;
    private int _calls;
    private bool _closed;
    private bool _abandoned;

    internal enum OrderKind
    {
        Call,
        Cancel,
        Credit,
    }

    /// <summary>Calls that are not over.</summary>
    public int Calls
    {
        get
        {
            lock (_lock)
            {
                return _calls;
            }
        }
    }

    /// <summary>Whether it takes calls.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>Names whom to wake.</summary>
    public void Open(IMailbox mailbox)
    {
        lock (_lock)
        {
            _mailbox = mailbox;
        }
    }

    /// <summary>Leaves a call. False when there are as many as may be, or no more are taken.</summary>
    public bool TryCall(RpcOutgoing call)
    {
        lock (_lock)
        {
            if (_closed || _calls >= callsMax)
            {
                return false;
            }

            _calls++;
            Add(new Order(OrderKind.Call, call, 0));
            return true;
        }
    }

    /// <summary>Leaves an order about a call.</summary>
    public void Post(in Order order)
    {
        lock (_lock)
        {
            Add(order);
        }
    }

    /// <summary>A call is over.</summary>
    public void Over()
    {
        lock (_lock)
        {
            _calls--;
        }
    }

    /// <summary>No more calls are taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    /// <summary>Nobody takes anything any more. Calls that wait are taken before, and no more are taken.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _abandoned = true;
        }
    }

    /// <summary>Everything that waits. The list is valid until the next call.</summary>
    public List<Order> Take()
    {
        _taken.Clear();
        lock (_lock)
        {
            (_waiting, _taken) = (_taken, _waiting);
        }

        return _taken;
    }

    // A wake only queues a turn, so it may be asked for under the lock.
    private void Add(in Order order)
    {
        if (_abandoned)
        {
            return;
        }

        _waiting.Add(order);
        if (_waiting.Count == 1)
        {
            _mailbox?.Wake();
        }
    }

    internal readonly record struct Order(OrderKind Kind, RpcOutgoing Call, int Bytes);
}
