using System.Net;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>How a UDP socket is opened.</summary>
public sealed record UdpSocketOptions
{
    /// <summary>
    /// Where: an address of this machine, <c>0.0.0.0</c> for all of IPv4, <c>::</c> for all of IPv6 and IPv4. Port 0 takes a free one, and
    /// <see cref="IDatagramSocket.Local"/> tells which.
    /// </summary>
    public required IPEndPoint Bind { get; init; }

    /// <summary>
    /// The only peer, for a client: nothing comes from others, and when nobody listens there the socket is told, <see cref="Reason.ConnectionRefused"/>. Null for any.
    /// </summary>
    public DatagramAddress? Peer { get; init; }

    /// <summary>
    /// Bytes that the operating system may hold for the receiver. 4 KiB to 64 MiB; it may cap them (on Linux, net.core.rmem_max). A datagram takes several times
    /// its size. Default 4 MiB: some thousand datagrams, while a turn is late.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 4 << 20;

    /// <summary>The same for the sender (net.core.wmem_max). Default 1 MiB.</summary>
    public int SendBufferBytes { get; init; } = 1 << 20;

    /// <summary>Whether datagrams may not be cut into IP fragments: what is too long for the path fails with <see cref="Reason.MessageTooLarge"/> or is lost.</summary>
    public bool DontFragment { get; init; }

    /// <summary>Counts the descriptors of the whole process, this socket among them; null for no count.</summary>
    public DescriptorLedger? Descriptors { get; init; }

    /// <summary>What is wrong with these options, one line each; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        if (ReceiveBufferBytes is < 4096 or > 64 << 20 || SendBufferBytes is < 4096 or > 64 << 20)
        {
            wrong.Add($"{nameof(ReceiveBufferBytes)} is {ReceiveBufferBytes} and {nameof(SendBufferBytes)} {SendBufferBytes}; each must be from 4096 to 67108864.");
        }

        if (Peer is { Port: 0 })
        {
            wrong.Add($"{nameof(Peer)} is {Peer}; nothing can be sent to port 0.");
        }

        return wrong;
    }
}
