using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Addresses as the system calls have them: struct sockaddr_in and sockaddr_in6. What stands behind the first two bytes is the same on every system.</summary>
/// <remarks>
/// <code>
///   0        2      4         8                       24      28
///   | family | port | IPv4    | ...                              sockaddr_in: network order, 16 bytes
///   | family | port | flow    | IPv6                  | scope |  sockaddr_in6: the scope in the machine's order
/// </code>
/// </remarks>
internal static class UdpAddresses
{
    /// <summary>Bytes of the longer one.</summary>
    public const int BytesMax = 28;

    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;

    /// <summary>How long an address of the family is.</summary>
    public static int LengthOf(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? BytesMax : 16;

    /// <summary>Reads one.</summary>
    public static DatagramAddress Read(ReadOnlySpan<byte> bytes, AddressFamily family)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return family == AddressFamily.InterNetworkV6
            ? new DatagramAddress(bytes.Slice(IPv6Offset, DatagramAddress.AddressBytes), port, MemoryMarshal.Read<uint>(bytes[ScopeOffset..]))
            : new DatagramAddress(bytes.Slice(IPv4Offset, 4), port);
    }

    /// <summary>Writes one behind the family, which stands there. A socket of IPv6 sends to IPv4 by mapped addresses.</summary>
    public static void Write(in DatagramAddress address, Span<byte> bytes, AddressFamily family)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], address.Port);
        if (family == AddressFamily.InterNetworkV6)
        {
            bytes.Slice(IPv4Offset, 4).Clear(); // flow label
            address.CopyTo(bytes[IPv6Offset..]);
            MemoryMarshal.Write(bytes[ScopeOffset..], address.Scope);
            return;
        }

        Span<byte> whole = stackalloc byte[DatagramAddress.AddressBytes];
        address.CopyTo(whole);
        whole[12..].CopyTo(bytes[IPv4Offset..]);
    }
}
