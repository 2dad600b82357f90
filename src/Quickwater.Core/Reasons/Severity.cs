namespace Quickwater.Core;

/// <summary>How loudly a <see cref="Reason"/> is logged.</summary>
public enum Severity
{
    /// <summary>For whoever looks closely.</summary>
    Debug,

    /// <summary>The normal course of things.</summary>
    Info,

    /// <summary>Something an operator may want to act on.</summary>
    Warning,

    /// <summary>A fault of this program or this machine.</summary>
    Error,
}
