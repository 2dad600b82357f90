namespace Quickwater.Core;

/// <summary>How far a connection is on its way to the end. It only moves forward.</summary>
internal enum ConnectionPhase
{
    /// <summary>The session lives.</summary>
    Open,

    /// <summary>The session has ended; what it still has to say is pulled.</summary>
    Flushing,

    /// <summary>Everything is said and the sending side is shut; input is discarded until its end.</summary>
    Lingering,

    /// <summary>The transport is closed; operations in flight are still to come home.</summary>
    Closed,
}
