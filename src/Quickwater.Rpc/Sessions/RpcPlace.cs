namespace Quickwater.Rpc;

/// <summary>What came of asking an <see cref="RpcGate"/> for a place.</summary>
internal enum RpcPlace
{
    /// <summary>It is taken.</summary>
    Taken,

    /// <summary>The caller has as many as it may.</summary>
    CallerHasAll,

    /// <summary>All callers together have all there are.</summary>
    None,
}
