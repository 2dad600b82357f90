using System.Net;

namespace Quickwater.Core;

/// <summary>What is known of a connection when it opens.</summary>
/// <param name="Id">Unique within the process, from 1.</param>
/// <param name="Protocol">What is spoken on it: <c>rtmp</c>, <c>http-flv</c>, <c>ws-flv</c>, <c>rpc</c>, <c>audio</c>.</param>
/// <param name="Remote">The peer.</param>
/// <param name="Local">This side.</param>
public sealed record ConnectionInfo(ulong Id, string Protocol, IPEndPoint Remote, IPEndPoint Local)
{
    /// <summary>What TLS knows of the peer; null where there is no TLS.</summary>
    public TlsPeer? Tls { get; init; }

    /// <summary>What is held for peers of its address; null where nobody counts.</summary>
    public MemoryHolder? Memory { get; init; }

    /// <summary>What a thread is called that many connections share, when a fault is reported that no connection caused.</summary>
    public static ConnectionInfo OfThread(string name) => new(0, name, new IPEndPoint(IPAddress.None, 0), new IPEndPoint(IPAddress.None, 0));

    /// <summary>Whether the peer is on this machine. An IPv4 address mapped into IPv6 counts as what it maps.</summary>
    public bool IsLoopback =>
        IPAddress.IsLoopback(Remote.Address.IsIPv4MappedToIPv6 ? Remote.Address.MapToIPv4() : Remote.Address);
}
