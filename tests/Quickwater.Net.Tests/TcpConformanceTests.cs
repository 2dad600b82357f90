using System.Net;
using Quickwater.Conformance;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Over the runtime's sockets.</summary>
public sealed class RuntimeSocketConformanceTests : TcpConformanceTests
{
    protected override TransportPair Connect() => new ConnectedPair(IPAddress.Loopback, loops: null);
}

/// <summary>Over the epoll loops, where this machine has them.</summary>
public sealed class EpollConformanceTests : TcpConformanceTests
{
    protected override TransportPair Connect() => new ConnectedPair(IPAddress.IPv6Loopback, TestLoops.Shared);
}

[Requirement("RTMP-6.2", "NET-2.1")]
public abstract class TcpConformanceTests : HalfCloseConformance;
