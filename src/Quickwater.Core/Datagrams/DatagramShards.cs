namespace Quickwater.Core;

/// <summary>The ports of one address, a shard each: they share the limits of peers, and one can pass on what belongs to another. Thread-safe.</summary>
/// <param name="limits">Says how many peers all of them may have, together and by address.</param>
public sealed class DatagramShards(DatagramPortOptions limits)
{
    private readonly DatagramPort?[] _ports = new DatagramPort?[DatagramPortOptions.ShardsMax];

    /// <summary>The places of all peers.</summary>
    internal PlaceLedger Places { get; } = limits.CreatePlaces();

    /// <summary>
    /// Passes a datagram on to the shard that it belongs to. False when it was dropped: there is no such shard, or too many wait for it.
    /// </summary>
    /// <param name="shard">Whose it is, as the datagram says: any value.</param>
    /// <param name="from">Who sent it.</param>
    /// <param name="bytes">The datagram. Copied.</param>
    public bool Pass(int shard, in DatagramAddress from, ReadOnlySpan<byte> bytes) =>
        (uint)shard < (uint)_ports.Length && Volatile.Read(ref _ports[shard]) is { } port && port.TakeStray(from, bytes);

    internal void Add(DatagramPort port)
    {
        if (Interlocked.CompareExchange(ref _ports[port.Options.Shard], port, null) is not null)
        {
            throw new InvalidOperationException($"There is a shard {port.Options.Shard} already.");
        }
    }

    internal void Remove(DatagramPort port) => Interlocked.CompareExchange(ref _ports[port.Options.Shard], null, port);
}
