using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>The attempts of one call: whether there may be another, and what is certain of all of them together.</summary>
/// <param name="idempotent">Whether the caller declared that running it twice does what running it once does.</param>
internal sealed class RpcAttempts(bool idempotent)
{
    private bool _mayHaveRun;

    /// <summary>Whether the call may be made again after this error. What may have run is not, unless it is idempotent.</summary>
    public bool MayGoOn(RpcError error)
    {
        _mayHaveRun |= error.MayHaveRun;
        return error.Code is RpcErrorCode.ConnectionLost or RpcErrorCode.Draining or RpcErrorCode.Interrupted && (idempotent || !error.MayHaveRun);
    }

    /// <summary>The error of the last attempt, as the caller gets it: an earlier one may have run.</summary>
    public RpcError Last(RpcError error) => _mayHaveRun && !error.MayHaveRun ? error with { MayHaveRun = true } : error;
}
