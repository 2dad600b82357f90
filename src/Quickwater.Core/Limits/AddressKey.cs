using System.Buffers.Binary;
using System.Net;

namespace Quickwater.Core;

/// <summary>What counts as one address in every limit by address: an IPv4 address, or an IPv6 /64 network, since a host owns a whole one.</summary>
public static class AddressKey
{
    /// <summary>The key. An IPv4 address has the same key when it comes mapped into IPv6, as it does on a socket that takes both.</summary>
    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? IPv4(bytes)
            : address.IsIPv4MappedToIPv6 ? IPv4(bytes[12..])
            : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }

    private static UInt128 IPv4(ReadOnlySpan<byte> bytes) => new(0, 1UL << 32 | BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
