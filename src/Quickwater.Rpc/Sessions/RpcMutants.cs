namespace Quickwater.Rpc;

/// <summary>Bugs that are planted on purpose in a build of its own; here they are constants, as in Core's class of that kind (docs/adr/0036).</summary>
internal static class RpcMutants
{
    /// <summary>A stream sends beyond its credit.</summary>
    internal const bool CreditOverrun = false;

    /// <summary>An answer that comes from elsewhere does not wake its connection.</summary>
    internal const bool LostAnswer = false;

    /// <summary>One caller may have all places.</summary>
    internal const bool GreedyCaller = false;

    /// <summary>The last word names the call before the last that was accepted.</summary>
    internal const bool UnsaidCalls = false;

    /// <summary>A drain ends the connection with answers still owed.</summary>
    internal const bool HastyDrain = false;

    /// <summary>A call runs though its caller has to authenticate and has not.</summary>
    internal const bool OpenDoor = false;
}
