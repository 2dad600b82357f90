using System.Net;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>How a <see cref="UdpServer"/> is bound, and how many shards it has.</summary>
public sealed record UdpServerOptions
{
    /// <summary>Where: as <see cref="UdpSocketOptions.Bind"/>.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>
    /// Sockets of the address, each with a port and a thread of its own. 1 to 256; 0, the default, is 1 up to two cores, then one for each two cores: the other half is
    /// for what the datagrams are about. Elsewhere than on Linux there is one.
    /// </summary>
    public int Shards { get; init; }

    /// <summary>Where a datagram says which shard it belongs to; null when it does not, and the hash of its address decides.</summary>
    public DatagramSteering? Steering { get; init; }

    /// <summary>When a shard polls instead of being woken for each datagram.</summary>
    public ReceiveCoalescing Coalescing { get; init; } = ReceiveCoalescing.Default;

    /// <summary>The limits of each port. Its shard is set by the server.</summary>
    public DatagramPortOptions Port { get; init; } = new();

    /// <summary>As <see cref="UdpSocketOptions.ReceiveBufferBytes"/>, for each shard.</summary>
    public int ReceiveBufferBytes { get; init; } = 4 << 20;

    /// <summary>As <see cref="UdpSocketOptions.SendBufferBytes"/>, for each shard.</summary>
    public int SendBufferBytes { get; init; } = 1 << 20;

    /// <summary>As <see cref="UdpSocketOptions.DontFragment"/>.</summary>
    public bool DontFragment { get; init; }

    /// <summary>Whether to use the runtime's sockets also on Linux. They have one shard, and are woken for each datagram.</summary>
    public bool Portable { get; init; }

    /// <summary>Counts the descriptors of the whole process, these sockets among them; null for no count.</summary>
    public DescriptorLedger? Descriptors { get; init; }

    /// <summary>What is wrong with these options, one line each; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>(Port.Validate());
        wrong.AddRange(SocketAt(Listen).Validate());
        if (Shards is < 0 or > DatagramPortOptions.ShardsMax)
        {
            wrong.Add($"{nameof(Shards)} is {Shards}; it must be from 0 to 256.");
        }

        if (!Coalescing.IsValid)
        {
            wrong.Add($"{nameof(Coalescing)} is {Coalescing}; the rate must be at least 100, and the interval from 0 to 20 ms.");
        }

        if (Steering is { ShardOffset: < 0 or > 255 })
        {
            wrong.Add($"{nameof(Steering)} is {Steering}; the offset must be from 0 to 255.");
        }

        return wrong;
    }

    /// <summary>The options of one of its sockets.</summary>
    internal UdpSocketOptions SocketAt(IPEndPoint bind) => new()
    {
        Bind = bind,
        ReceiveBufferBytes = ReceiveBufferBytes,
        SendBufferBytes = SendBufferBytes,
        DontFragment = DontFragment,
        Descriptors = Descriptors,
    };

    /// <summary>How many shards there are on a machine with so many cores.</summary>
    internal int ShardsOn(int cores) => Shards != 0 ? Shards : cores <= 2 ? 1 : Math.Min(cores / 2, DatagramPortOptions.ShardsMax);
}
