using System.Diagnostics.CodeAnalysis;

namespace Quickwater.Rpc;

/// <summary>Bugs planted on purpose, as in Core's class of that kind: what they change stands here, so that the code has no branches for them.</summary>
[ExcludeFromCodeCoverage(Justification = "Planted only in the simulator's own process.")]
internal static class RpcMutants
{
    private static readonly string? s_planted = AppContext.GetData("Quickwater.Mutant") as string;
    private static readonly bool s_creditOverrun = s_planted == "rpc-credit-overrun";
    private static readonly bool s_lostAnswer = s_planted == "rpc-lost-answer";
    private static readonly bool s_hastyDrain = s_planted == "rpc-hasty-drain";
    private static readonly bool s_openDoor = s_planted == "rpc-open-door";
    private static readonly bool s_greedyCaller = s_planted == "rpc-greedy-caller";
    private static readonly bool s_staleLast = s_planted == "rpc-stale-last-word";

    /// <summary>The names of all of them.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        ["rpc-credit-overrun", "rpc-lost-answer", "rpc-hasty-drain", "rpc-open-door", "rpc-stale-last-word", "rpc-greedy-caller"];

    /// <summary>A stream sends beyond its credit.</summary>
    internal static bool Allows(bool fits) => fits || s_creditOverrun;

    /// <summary>An answer that comes from elsewhere does not wake its connection.</summary>
    internal static bool Wakes(bool first) => first && !s_lostAnswer;

    /// <summary>A call runs though its caller has to authenticate and has not.</summary>
    internal static bool Bars(bool unauthenticated) => unauthenticated && !s_openDoor;

    /// <summary>One caller may have all places.</summary>
    internal static bool Full(bool hasAll) => hasAll && !s_greedyCaller;

    /// <summary>The last word names the call before the last that was accepted.</summary>
    internal static uint LastWord(uint accepted) => s_staleLast ? accepted - 1 : accepted;

    /// <summary>A drain ends the connection with answers still owed.</summary>
    internal static bool Settled(bool settled) => settled || s_hastyDrain;
}
