using System.Net;
using System.Runtime.InteropServices;

namespace Quickwater.Core;

/// <summary>
/// The one bound of the memory that is held for peers: unfinished messages, payloads, replays, rings, answers that wait. Everything that is held
/// counts, by what it really takes. What a peer asks for more is refused when the budget, or the share of the peer's address, is spent. Thread-safe.
/// </summary>
/// <remarks>
/// <code>
///   0                    half                    refuse at            all
///   ├─────────────────────┼─────────────────────────┼──────────────────┤
///   │ streams keep all    │ streams keep their share │ no new peers;    │ nothing more
///   │ they may            │                          │ small parts only │
/// </code>
/// </remarks>
public sealed class MemoryBudget
{
    /// <summary>What an address may hold at most: this part of all.</summary>
    private const int AddressPart = 4;

    /// <summary>What streams may hold of it together once half of it is used.</summary>
    private const int StreamsPart = 2;

    /// <summary>What is nearly spent is shared by at least so many.</summary>
    private const int SharersMin = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, MemoryHolder> _holders = [];
    private long _used;
    private long _peak;
    private long _refusals;
    private int _holderCount;
    private int _publishing;

    /// <summary>Makes a budget.</summary>
    /// <param name="bytesMax">Bytes in all; by default there is no bound, and the budget only counts.</param>
    /// <param name="refusePercent">From this part of it on new peers are refused. 1 to 100.</param>
    public MemoryBudget(long bytesMax = long.MaxValue, int refusePercent = 75)
    {
        BytesMax = bytesMax;
        RefuseBytes = bytesMax / 100 * refusePercent;
    }

    /// <summary>Half of the memory that this process may use, as its container or the machine says; at least 16 MiB. A bound for who has no better one.</summary>
    public static long HalfOfProcess => Math.Max(16 << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>Bytes in all.</summary>
    public long BytesMax { get; }

    /// <summary>Bytes from which on new peers are refused, and who is here already gets small parts only.</summary>
    public long RefuseBytes { get; }

    /// <summary>Bytes held now.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>The most bytes that <see cref="TakePeak"/> saw.</summary>
    public long Peak => Volatile.Read(ref _peak);

    /// <summary>How often something was refused for want of memory, since the start.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    /// <summary>Whether new peers are refused: the budget is nearly spent.</summary>
    public bool IsTight => Used >= RefuseBytes;

    /// <summary>A peer comes: the holder of its address. Each ends with <see cref="Leave"/>.</summary>
    public MemoryHolder Enter(IPAddress remote)
    {
        var key = AddressKey.Of(remote);
        lock (_lock)
        {
            ref var holder = ref CollectionsMarshal.GetValueRefOrAddDefault(_holders, key, out _);
            holder ??= new MemoryHolder(this, key);
            holder.Peers++;
            Volatile.Write(ref _holderCount, _holders.Count);
            return holder;
        }
    }

    /// <summary>A peer is gone. What is still held for it counts until it is given back.</summary>
    public void Leave(MemoryHolder holder)
    {
        lock (_lock)
        {
            if (--holder.Peers == 0)
            {
                _holders.Remove(holder.Key);
                Volatile.Write(ref _holderCount, _holders.Count);
            }
        }
    }

    /// <summary>Somebody was refused for want of memory elsewhere: counts it.</summary>
    public void CountRefusal() => Interlocked.Increment(ref _refusals);

    /// <summary>Looks at what is held now, for <see cref="Peak"/>.</summary>
    public void TakePeak()
    {
        if (Used is var used && used > _peak)
        {
            Volatile.Write(ref _peak, used);
        }
    }

    /// <summary>Counts bytes that are held whatever the budget says.</summary>
    internal void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Bytes that are held no more.</summary>
    /// <exception cref="InvalidOperationException">More was given back than taken: a fault of this program.</exception>
    internal void Give(long bytes)
    {
        if (Interlocked.Add(ref _used, -bytes) < 0)
        {
            throw new InvalidOperationException("More memory was given back than taken.");
        }
    }

    /// <summary>Takes bytes for an address that holds so many with them, or for nobody; false when they are refused.</summary>
    internal bool TryTake(long bytes, long held)
    {
        var used = Interlocked.Add(ref _used, bytes);
        if (held <= ShareAt(used))
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        CountRefusal();
        return false;
    }

    /// <summary>Whether an address that holds so many bytes may hold more.</summary>
    internal bool Allows(long held) => held < ShareAt(Used);

    /// <summary>What one of an address's streams may hold in its replay, and again in each of its rings.</summary>
    /// <param name="most">What it may hold while there is enough.</param>
    /// <param name="streams">Streams of the address.</param>
    /// <param name="copies">The replay and the rings of this one.</param>
    internal long StreamShare(long most, int streams, int copies) => Used <= BytesMax / 2
        ? most
        : Math.Min(most, BytesMax / StreamsPart / Math.Max(1, Volatile.Read(ref _publishing)) / Math.Max(1, streams) / copies);

    internal void CountPublishing(int change) => Interlocked.Add(ref _publishing, change);

    // While there is enough an address may hold its part; of what is left when it is nearly spent, as much as each of the others.
    private long ShareAt(long used) => used > BytesMax ? -1
        : used <= RefuseBytes ? BytesMax / AddressPart
        : (BytesMax - RefuseBytes) / Math.Max(SharersMin, Volatile.Read(ref _holderCount));
}
