using System.Net;
using Quickwater.Conformance;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>TLS over the runtime's sockets.</summary>
public sealed class TlsOverRuntimeSocketConformanceTests : TlsConformanceTests
{
    protected override TransportPair Connect() => Pair(loops: null);
}

/// <summary>TLS over the epoll loops.</summary>
public sealed class TlsOverEpollConformanceTests : TlsConformanceTests
{
    protected override TransportPair Connect() => Pair(TestLoops.Shared);
}

[Requirement("RPC-14")]
public abstract class TlsConformanceTests : HalfCloseConformance
{
    private static readonly TlsServer Server = TlsSides.Server();
    private static readonly TlsClient Client = TlsSides.Client(Server);

    /// <summary>A close that nobody announced may have been made by anyone on the way.</summary>
    protected override IoResult CloseSeen => IoResult.Failed(Reason.TlsTruncated);

    private protected static TransportPair Pair(EpollLoops? loops) =>
        new ConnectedPair(IPAddress.Loopback, loops, dialled => Client.Wrap(dialled, "localhost"), Server.Wrap);
}
