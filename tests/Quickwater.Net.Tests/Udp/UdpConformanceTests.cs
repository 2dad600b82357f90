using System.Net;
using Quickwater.Conformance;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Over the runtime's sockets.</summary>
public sealed class PortableUdpConformanceTests : UdpConformanceTests
{
    protected override DatagramPair Open() => UdpPair.Portable(IPAddress.Loopback);
}

/// <summary>Over the runtime's sockets, by IPv6.</summary>
public sealed class PortableUdp6ConformanceTests : UdpConformanceTests
{
    protected override DatagramPair Open() => UdpPair.Portable(IPAddress.IPv6Loopback);
}

/// <summary>By the system calls of Linux, with segments.</summary>
public sealed class LinuxUdpConformanceTests : UdpConformanceTests
{
    protected override DatagramPair Open() => UdpPair.Linux(IPAddress.Loopback, mayCoalesce: true);
}

/// <summary>By the system calls of Linux over IPv6, with what a kernel without segments has.</summary>
public sealed class PlainLinuxUdpConformanceTests : UdpConformanceTests
{
    protected override DatagramPair Open() => UdpPair.Linux(IPAddress.IPv6Loopback, mayCoalesce: false);
}

[Requirement("NET-5.1/sockets")]
public abstract class UdpConformanceTests : DatagramConformance;
