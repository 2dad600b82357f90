using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>How an <see cref="RpcClient"/> connects and calls. Immutable. It reconnects unless <see cref="ConnectOptions.Reconnect"/> is null.</summary>
public sealed record RpcConnectOptions : ConnectOptions
{
    /// <summary>Makes options that reconnect, first after 100 ms and then at ever longer waits, at most 10 s.</summary>
    public RpcConnectOptions() =>
        Reconnect = new BackoffOptions { First = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(10) };

    /// <summary>Connections in the pool; each is made when it is needed. 1 to 1000. One is enough unless the calls need more than one core of the server.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>How to speak TLS, and which servers to trust; null, the default, for a connection without it.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>Time for a call that names none.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether a call waits for a server that cannot be reached, as long as its time allows. Otherwise it fails with the first attempt to connect, with
    /// <see cref="RpcErrorCode.ConnectionLost"/>.
    /// </summary>
    public bool WaitForServer { get; init; }

    /// <summary>How each connection behaves.</summary>
    public RpcClientOptions Session { get; init; } = new();
}
