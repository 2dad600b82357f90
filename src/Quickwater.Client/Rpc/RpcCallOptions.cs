using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>What one call wants beside its parameters. Immutable.</summary>
public sealed record RpcCallOptions
{
    /// <summary>What a call wants that says nothing.</summary>
    public static RpcCallOptions Default { get; } = new();

    /// <summary>
    /// Time for the whole call, waiting for a place and a connection included; null is <see cref="RpcConnectOptions.CallTimeout"/>. Within a method, give it what is left of
    /// the method's own time.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The trace it belongs to; null is that of the current <see cref="System.Diagnostics.Activity"/>, if there is one.</summary>
    public RpcTraceContext? Trace { get; init; }

    /// <summary>
    /// Whether running it twice does what running it once does. Then a call that lost its connection, or that the server cut off, is made again while its time allows; a
    /// stream only before its first item. Otherwise only a call that certainly has not run is.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>For a stream: bytes that may be on their way at once.</summary>
    public int Credit { get; init; } = 256 * 1024;
}
