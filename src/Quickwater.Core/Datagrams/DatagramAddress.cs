using System.Buffers.Binary;
using System.Net;

namespace Quickwater.Core;

/// <summary>
/// Where a datagram comes from or goes to: an IPv4 or IPv6 address and a port. A value of 24 bytes; to make, copy and compare one allocates nothing. An IPv4
/// address has one form, also when it came mapped into IPv6 (RFC 4291, section 2.5.5.2), as it does on a socket that takes both.
/// </summary>
public readonly record struct DatagramAddress
{
    /// <summary>Bytes of an IPv6 address.</summary>
    public const int AddressBytes = 16;

    private const ulong MappedPrefix = 0xFFFFUL << 32; // ::ffff:0:0/96

    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>Makes one from the bytes of an address, in network order.</summary>
    /// <param name="address">4 bytes of IPv4 or 16 of IPv6.</param>
    /// <param name="port">0 to 65535. Nothing can be sent to port 0.</param>
    /// <param name="scope">The interface of a link-local IPv6 address; 0 for any other.</param>
    /// <exception cref="ArgumentException">The address is of another length: a fault of this program.</exception>
    public DatagramAddress(ReadOnlySpan<byte> address, ushort port, uint scope = 0)
    {
        (_high, _low) = address.Length switch
        {
            4 => (0UL, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address)),
            AddressBytes => (BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..])),
            _ => throw new ArgumentException($"An address has 4 or 16 bytes, not {address.Length}.", nameof(address)),
        };
        (Port, Scope) = (port, scope);
    }

    /// <summary>The port.</summary>
    public ushort Port { get; }

    /// <summary>The interface of a link-local IPv6 address; 0 for any other.</summary>
    public uint Scope { get; }

    /// <summary>Whether it is IPv4.</summary>
    public bool IsIPv4 => _high == 0 && _low >> 32 == MappedPrefix >> 32;

    /// <summary>The address of an end point.</summary>
    public static DatagramAddress Of(IPEndPoint point)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        point.Address.TryWriteBytes(bytes, out var length);
        return new DatagramAddress(bytes[..length], (ushort)point.Port, length == AddressBytes ? (uint)point.Address.ScopeId : 0);
    }

    /// <summary>Writes the address as 16 bytes in network order; an IPv4 address mapped into IPv6, so that it is the last four.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>The same address with another port.</summary>
    public DatagramAddress WithPort(ushort port)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        CopyTo(bytes);
        return new DatagramAddress(bytes, port, Scope);
    }

    /// <summary>The end point, for logs, limits by address and whatever else is no hot path: it allocates.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        CopyTo(bytes);
        return new IPEndPoint(IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes, Scope), Port);
    }

    // Peers choose their addresses, so the hash is one that they cannot foretell.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port, Scope);

    /// <summary><c>192.0.2.1:7777</c> or <c>[2001:db8::1]:7777</c>.</summary>
    public override string ToString() => ToEndPoint().ToString();
}
