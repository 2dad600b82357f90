namespace Quickwater.Core;

/// <summary>Limits and settings of a <see cref="DatagramPort"/>. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record DatagramPortOptions
{
    /// <summary>Shards of one address at most: the first byte of an id tells them apart.</summary>
    public const int ShardsMax = 256;

    /// <summary>The port's number among those of one address. 0 to 255.</summary>
    public int Shard { get; init; }

    /// <summary>Peers at once, of all ports of one address together; more are refused with <see cref="Reason.TooManyConnections"/>. 1 to 1,000,000.</summary>
    public int PeersMax { get; init; } = 4096;

    /// <summary>
    /// The same from one address (or IPv6 /64 network), whatever their ports; more are refused with <see cref="Reason.TooManyConnectionsFromAddress"/>. 1 to 1,000,000.
    /// </summary>
    public int PeersPerAddressMax { get; init; } = 1024;

    /// <summary>What a peer counts for against the memory for peers, besides what is held for it. 0 to 1 MiB.</summary>
    public int PeerBytes { get; init; } = 4096;

    /// <summary>The longest datagram that the session is given; longer ones are dropped and counted. 64 to 65,507. Default 1,500: no path carries more in one piece.</summary>
    public int DatagramBytesMax { get; init; } = 1500;

    /// <summary>Bytes in one batch. 4 KiB to 1 MiB, and at least <see cref="DatagramBytesMax"/>.</summary>
    public int BatchBytesMax { get; init; } = 64 * 1024;

    /// <summary>Datagrams in one batch. 1 to 1024.</summary>
    public int BatchDatagramsMax { get; init; } = 64;

    /// <summary>Datagrams that one pass of a turn receives before it looks at commands and at what is to be sent. 1 to 1024.</summary>
    public int ReceivesMax { get; init; } = 64;

    /// <summary>Datagrams from other shards that may wait; more are dropped and counted. 1 to 4096.</summary>
    public int StraysMax { get; init; } = 256;

    /// <summary>What is wrong with these options: one sentence a fault; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (Shard is < 0 or >= ShardsMax)
        {
            yield return $"shard is {Shard}; allowed is 0 to 255";
        }

        if (PeersMax is < 1 or > 1_000_000 || PeerBytes is < 0 or > 1 << 20)
        {
            yield return $"peersMax is {PeersMax} and peerBytes {PeerBytes}; allowed is 1 to 1000000, and 0 to 1048576";
        }

        if (PeersPerAddressMax is < 1 or > 1_000_000)
        {
            yield return $"peersPerAddressMax is {PeersPerAddressMax}; allowed is 1 to 1000000";
        }

        if (DatagramBytesMax is < 64 or > DatagramBatch.DatagramBytesMax)
        {
            yield return $"datagramBytesMax is {DatagramBytesMax}; allowed is 64 to {DatagramBatch.DatagramBytesMax}";
        }

        if (BatchBytesMax is < 4096 or > 1 << 20 || BatchBytesMax < DatagramBytesMax)
        {
            yield return $"batchBytesMax is {BatchBytesMax}; allowed is 4096 to 1048576, and no less than datagramBytesMax";
        }

        if (BatchDatagramsMax is < 1 or > 1024 || ReceivesMax is < 1 or > 1024)
        {
            yield return $"batchDatagramsMax is {BatchDatagramsMax} and receivesMax {ReceivesMax}; allowed is 1 to 1024";
        }

        if (StraysMax is < 1 or > 4096)
        {
            yield return $"straysMax is {StraysMax}; allowed is 1 to 4096";
        }
    }

    internal PlaceLedger CreatePlaces() => new(PeersMax, Reason.TooManyConnections, PeersPerAddressMax, Reason.TooManyConnectionsFromAddress);
}
