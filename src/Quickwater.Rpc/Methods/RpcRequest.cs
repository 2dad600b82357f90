using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>A call as a method that completes at once sees it. Its payload is not valid afterwards.</summary>
public readonly ref struct RpcRequest
{
    // Without a trace, which most calls are: an empty one that is passed and copied was a fifth of the cost of such a call.
    internal RpcRequest(ReadOnlySpan<byte> payload, RpcEncoding encoding, Instant deadline)
    {
        Payload = payload;
        Encoding = encoding;
        Deadline = deadline;
    }

    internal RpcRequest(ReadOnlySpan<byte> payload, RpcEncoding encoding, Instant deadline, in RpcTraceContext trace)
        : this(payload, encoding, deadline) => Trace = trace;

    /// <summary>The parameters: one JSON value, or bytes.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>What the payload is, and what the answer must be.</summary>
    public RpcEncoding Encoding { get; }

    /// <summary>When the caller does not want the answer any more, or the server's own limit.</summary>
    public Instant Deadline { get; }

    /// <summary>The trace it belongs to; not valid when the caller gave none.</summary>
    public RpcTraceContext Trace { get; }
}
