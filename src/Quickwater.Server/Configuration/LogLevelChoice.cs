namespace Quickwater.Server;

/// <summary>The values of <c>log.level</c>, from the least severe.</summary>
public enum LogLevelChoice
{
    /// <summary>Everything.</summary>
    Debug,

    /// <summary>The normal course of things.</summary>
    Info,

    /// <summary>What an operator may want to act on.</summary>
    Warning,

    /// <summary>Faults of this program or this machine.</summary>
    Error,
}
