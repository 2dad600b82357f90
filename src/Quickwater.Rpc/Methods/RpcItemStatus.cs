namespace Quickwater.Rpc;

/// <summary>What came of <see cref="RpcCall.TryWriteItem"/>.</summary>
public enum RpcItemStatus
{
    /// <summary>It is on its way.</summary>
    Written,

    /// <summary>The caller takes no more for now: try again after <see cref="IRpcCallEvents.CreditCame"/>.</summary>
    NoCredit,

    /// <summary>It would never fit into what the caller takes at once.</summary>
    TooLarge,

    /// <summary>The call was answered, or nobody waits for it any more.</summary>
    Over,
}
