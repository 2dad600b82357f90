namespace Quickwater.Core;

/// <summary>Whose doing a <see cref="Reason"/> is: the group it is counted under.</summary>
public enum Fault
{
    /// <summary>Nothing went wrong: an orderly end.</summary>
    None,

    /// <summary>The peer broke the protocol.</summary>
    Peer,

    /// <summary>A configured limit was reached.</summary>
    Limit,

    /// <summary>The network or the operating system failed underneath.</summary>
    Transport,

    /// <summary>A rule of the operator refused it.</summary>
    Policy,

    /// <summary>A fault of this program.</summary>
    Local,

    /// <summary>The server is going down.</summary>
    Shutdown,
}
