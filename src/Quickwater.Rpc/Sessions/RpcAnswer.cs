using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>An answer on its way from wherever a method ran to the connection's turn.</summary>
/// <param name="Call">The call it belongs to.</param>
/// <param name="Bytes">The result or item, owned; empty for an error.</param>
/// <param name="Error">The error instead.</param>
internal readonly record struct RpcAnswer(RpcCall Call, PooledBytes Bytes, RpcError? Error)
{
    /// <summary>Whether more follows.</summary>
    public bool IsItem { get; init; }

    /// <summary>The result or item.</summary>
    public ReadOnlySpan<byte> Payload => Bytes.Span;

    /// <summary>Gives the bytes back.</summary>
    public void Release() => Bytes.Release();
}
