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

    /// <summary>The address of a key, for people: <c>192.0.2.1</c> or <c>2001:db8::/64</c>.</summary>
    public static string Text(UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return (ulong)key == 0 ? $"{new IPAddress(bytes)}/64" : new IPAddress(bytes[12..]).ToString();
    }

    private static UInt128 IPv4(ReadOnlySpan<byte> bytes) => new(0, 1UL << 32 | BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
