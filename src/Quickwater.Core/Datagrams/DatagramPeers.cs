using System.Collections.Concurrent;
using System.Net;

namespace Quickwater.Core;

/// <summary>The open peers of a port, with their places and their memory. Changed by the turn alone; may be listed by all.</summary>
internal sealed class DatagramPeers(Engine engine, DatagramPort port, PlaceLedger places)
{
    private readonly ConcurrentDictionary<ulong, DatagramPeer> _open = new();
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal ICollection<DatagramPeer> All => _open.Values;

    /// <summary>Opens one, or says why not.</summary>
    internal DatagramPeer? Open(in DatagramAddress from, Instant now, out Reason why)
    {
        // A flood is refused before anything is allocated for it.
        why = places.Taken >= places.Most ? Reason.TooManyConnections
            : engine.Leaks.Memory.IsTight ? Reason.MemoryPressure
            : Reason.None;
        if (why != Reason.None)
        {
            return null;
        }

        var remote = from.ToEndPoint();
        why = places.TryEnter(remote.Address);
        if (why != Reason.None)
        {
            return null;
        }

        var info = engine.Describe(port.Protocol, remote, port.Info.Local);
        var memory = engine.Leaks.Memory.Enter(remote.Address);
        memory.Take(port.Options.PeerBytes);
        var peer = new DatagramPeer(port, info with { Memory = memory }, from, now);
        Volatile.Write(ref _count, _count + 1);
        _open[info.Id] = peer;
        engine.Opened(peer);
        return peer;
    }

    /// <summary>Closes one, for the reason that counts from now on. False when it was closed before.</summary>
    internal bool Close(DatagramPeer peer, Reason why)
    {
        if (!_open.TryRemove(peer.Info.Id, out _))
        {
            return false;
        }

        Volatile.Write(ref _count, _count - 1);
        peer.Ended = why;
        if (peer.Info.Memory is { } memory)
        {
            memory.Give(port.Options.PeerBytes);
            engine.Leaks.Memory.Leave(memory);
        }

        places.Leave((peer.Info.Remote as IPEndPoint)?.Address);
        engine.Closed(peer);
        return true;
    }

    /// <summary>Closes all.</summary>
    internal void CloseAll(Reason why)
    {
        foreach (var (_, peer) in _open)
        {
            Close(peer, why);
        }
    }
}
