namespace Quickwater.Rpc;

/// <summary>
/// The calls of one connection whose caller waits, the earliest due first. Each knows its place, so one that is answered leaves as quickly as it came, and nothing is
/// allocated for either. Belongs to its connection's turn.
/// </summary>
internal sealed class RpcDues
{
    private const int KeptMax = 256; // places that a connection without calls may keep

    private RpcPending[] _heap = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The one that is due first.</summary>
    public RpcPending? First => Count > 0 ? _heap[0] : null;

    /// <summary>All of them, in no order.</summary>
    public ReadOnlySpan<RpcPending> All => _heap.AsSpan(0, Count);

    /// <summary>Takes one.</summary>
    public void Add(RpcPending pending)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Math.Max(16, Count * 2));
        }

        Rise(pending, Count++);
    }

    /// <summary>Lets one go that it has.</summary>
    public void Remove(RpcPending pending)
    {
        var last = _heap[--Count];
        Array.Clear(_heap, Count, 1);
        if (last != pending)
        {
            Sink(last, pending.Place);
            Rise(last, last.Place);
        }

        if (Count == 0 && _heap.Length > KeptMax)
        {
            _heap = [];
        }
    }

    /// <summary>Lets all go.</summary>
    public void Clear()
    {
        Count = 0;
        _heap = [];
    }

    private void Rise(RpcPending pending, int at)
    {
        while (at > 0 && pending.IsBefore(_heap[(at - 1) / 2]))
        {
            var above = (at - 1) / 2;
            Put(_heap[above], at);
            at = above;
        }

        Put(pending, at);
    }

    private void Sink(RpcPending pending, int at)
    {
        for (var below = (2 * at) + 1; below < Count; below = (2 * at) + 1)
        {
            below += below + 1 < Count && _heap[below + 1].IsBefore(_heap[below]) ? 1 : 0;
            if (pending.IsBefore(_heap[below]))
            {
                break;
            }

            Put(_heap[below], at);
            at = below;
        }

        Put(pending, at);
    }

    private void Put(RpcPending pending, int at)
    {
        _heap[at] = pending;
        pending.Place = at;
    }
}
