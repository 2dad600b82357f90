using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Answers of one connection's methods that wait for its next turn. However many come before that turn, it is woken once, and they leave in
/// one send. Posting is thread-safe; taking is the turn's. Bounded by the calls in flight and the credit of their streams.
/// </summary>
internal sealed class RpcInbox(IMailbox mailbox)
{
    private readonly Lock _lock = new();
    private List<RpcAnswer> _waiting = [];
    private List<RpcAnswer> _taken = [];
    private bool _any; // read without the lock: who posts wakes afterwards, so the turn that is to see it does
    private bool _closed;

    /// <summary>Leaves an answer, and asks for a turn if it is the first. When the connection is over its bytes are given back.</summary>
    public void Post(in RpcAnswer answer)
    {
        bool first;
        lock (_lock)
        {
            if (_closed)
            {
                answer.Release();
                return;
            }

            _waiting.Add(answer);
            first = _waiting.Count == 1;
            Volatile.Write(ref _any, true);
        }

        if (first && !RpcMutants.LostAnswer)
        {
            mailbox.Wake();
        }
    }

    /// <summary>Everything that waits. The list is valid until the next call.</summary>
    public List<RpcAnswer> Take()
    {
        _taken.Clear();
        if (Volatile.Read(ref _any))
        {
            lock (_lock)
            {
                _any = false;
                (_waiting, _taken) = (_taken, _waiting);
            }
        }

        return _taken;
    }

    /// <summary>Takes no more, and gives back what waits.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var answer in _waiting)
            {
                answer.Release();
            }

            _waiting = [];
        }
    }
}
