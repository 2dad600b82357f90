namespace Quickwater.Rpc;

/// <summary>The switches of the planted bugs, in the place of the constants that everybody else compiles.</summary>
internal static class RpcMutants
{
    private static readonly string? s_planted = AppContext.GetData("Quickwater.Mutant") as string;

    /// <summary>A stream sends beyond its credit.</summary>
    internal static readonly bool CreditOverrun = s_planted == "rpc-credit-overrun";

    /// <summary>An answer that comes from elsewhere does not wake its connection.</summary>
    internal static readonly bool LostAnswer = s_planted == "rpc-lost-answer";

    /// <summary>A drain ends the connection with answers still owed.</summary>
    internal static readonly bool HastyDrain = s_planted == "rpc-hasty-drain";

    /// <summary>A call runs though its caller has to authenticate and has not.</summary>
    internal static readonly bool OpenDoor = s_planted == "rpc-open-door";

    /// <summary>One caller may have all places.</summary>
    internal static readonly bool GreedyCaller = s_planted == "rpc-greedy-caller";

    /// <summary>The last word names a call that is so many before the last that was accepted.</summary>
    internal static readonly uint UnsaidCalls = s_planted == "rpc-stale-last-word" ? 1u : 0;

    /// <summary>The names of all of them.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        ["rpc-credit-overrun", "rpc-lost-answer", "rpc-hasty-drain", "rpc-open-door", "rpc-stale-last-word", "rpc-greedy-caller"];
}
