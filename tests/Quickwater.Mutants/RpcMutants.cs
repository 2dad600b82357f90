using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>The switches of the planted bugs, in the place of the constants that everybody else compiles.</summary>
internal static class RpcMutants
{
    /// <summary>A stream sends beyond its credit.</summary>
    internal static readonly bool CreditOverrun = Planted.Is("rpc-credit-overrun");

    /// <summary>An answer that comes from elsewhere does not wake its connection.</summary>
    internal static readonly bool LostAnswer = Planted.Is("rpc-lost-answer");

    /// <summary>A drain ends the connection with answers still owed.</summary>
    internal static readonly bool HastyDrain = Planted.Is("rpc-hasty-drain");

    /// <summary>A call runs though its caller has to authenticate and has not.</summary>
    internal static readonly bool OpenDoor = Planted.Is("rpc-open-door");

    /// <summary>One caller may have all places.</summary>
    internal static readonly bool GreedyCaller = Planted.Is("rpc-greedy-caller");

    /// <summary>The last word names the call before the last that was accepted.</summary>
    internal static readonly bool UnsaidCalls = Planted.Is("rpc-stale-last-word");

    /// <summary>The names of all of them.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        ["rpc-credit-overrun", "rpc-lost-answer", "rpc-hasty-drain", "rpc-open-door", "rpc-stale-last-word", "rpc-greedy-caller"];
}
