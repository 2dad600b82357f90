using System.Net;
using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>Where an <see cref="RpcHost"/> listens, and its limits. Immutable.</summary>
public sealed record RpcHostOptions
{
    /// <summary>Where it listens. Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 7001);

    /// <summary>The limits of the protocol.</summary>
    public RpcLimits Limits { get; init; } = new();

    /// <summary>The limits at accept.</summary>
    public AcceptLimits Accept { get; init; } = new();

    /// <summary>
    /// Bytes that may be held for all callers together: unfinished requests, answers that wait. Beyond, requests are refused with
    /// <see cref="RpcErrorCode.Overloaded"/>. 8 MiB and more; by default half of the memory that the process may use.
    /// </summary>
    public long MemoryBytesMax { get; init; } = MemoryBudget.HalfOfProcess;

    /// <summary>
    /// Who says who may call: <see cref="RpcTokens"/>, or an <see cref="RpcTaskAuthenticator"/> for a check of your own. Null, the default, lets everybody call.
    /// </summary>
    public IRpcAuthenticator? Authenticator { get; init; }

    /// <summary>
    /// Told of every attempt to authenticate, on the engine's thread: who, the name it was given or null, and <see cref="Reason.None"/> or why not. For a log line; it
    /// must be quick.
    /// </summary>
    public Action<ConnectionInfo, string?, Reason>? Attempted { get; init; }

    /// <summary>The TLS that every connection speaks; null, the default, for connections without it.</summary>
    public TlsServerOptions? Tls { get; init; }

    /// <summary>Told what becomes of the files of TLS while it serves, for log lines; null for nobody.</summary>
    public ITlsEvents? TlsEvents { get; init; }

    /// <summary>Told when a method threw, with its name: for a log line.</summary>
    public Action<string, Exception>? Faulted { get; init; }
}
