using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>Why a call has no result: a value, never thrown by the protocol.</summary>
/// <param name="Code">What kind of error.</param>
/// <param name="Message">For people.</param>
public sealed record RpcError(RpcErrorCode Code, string Message)
{
    /// <summary>
    /// Whether the method may have run. False is certain: the call can be made again without doing anything twice.
    /// </summary>
    public bool MayHaveRun { get; init; } = !IsBefore(Code);

    /// <summary>For people. The message does nothing to a terminal or a log: <see cref="PeerText"/>.</summary>
    public override string ToString() => $"{PeerText.Printable(Message)} [{(Enum.IsDefined(Code) ? Code.ToString() : "application error")} {(int)Code}]";

    // A server that answers with one of these has not started the method.
    private static bool IsBefore(RpcErrorCode code) => code
        is RpcErrorCode.ParseError or RpcErrorCode.InvalidRequest or RpcErrorCode.MethodNotFound or RpcErrorCode.InvalidParams
        or RpcErrorCode.Overloaded or RpcErrorCode.Draining or RpcErrorCode.Unsupported or RpcErrorCode.Unauthenticated
        or RpcErrorCode.TooManyAttempts or RpcErrorCode.RequestTooLarge;
}
