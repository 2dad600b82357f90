namespace Quickwater.Sim;

/// <summary>How a <see cref="RawPeer"/> behaves once it has sent everything.</summary>
public enum RawManners
{
    /// <summary>It finishes its side and reads all answers to their end.</summary>
    HalfClose,

    /// <summary>It reads until the server ends the connection.</summary>
    WaitForEnd,

    /// <summary>It closes some time later, with whatever lies unread.</summary>
    CloseSoon,

    /// <summary>It never reads, and closes some time later.</summary>
    NeverRead,
}
