using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>How a client's connection behaves. Immutable.</summary>
public sealed record RpcClientOptions
{
    /// <summary>
    /// Whether to ask the server for the extensions: deadlines and cancellation that reach it, streams, binary payloads, traces, word of its drain.
    /// It costs one round trip before the first call. A server without them is spoken to in the base protocol.
    /// </summary>
    public bool Extensions { get; init; } = true;

    /// <summary>
    /// What the server knows the caller by, given first on every connection; null, the default, gives none. A server that asks nobody is called all the same. Secret:
    /// the text of these options does not have it.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>How long the server may take to answer either; then the connection ends with <see cref="Reason.HandshakeTimeout"/>.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest body of an answer; a longer one ends the connection with <see cref="Reason.MessageTooLarge"/>.</summary>
    public int BodyBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Calls at once on one connection, counting those that wait to be sent.</summary>
    public int InFlightMax { get; init; } = 1024;

    /// <inheritdoc/>
    public override string ToString() => nameof(RpcClientOptions);
}
