namespace Quickwater.Sim;

/// <summary>What became of a datagram that no user of a socket ever got.</summary>
public enum DatagramLoss
{
    /// <summary>The path lost it.</summary>
    Lost,

    /// <summary>It was too long for the path.</summary>
    Mtu,

    /// <summary>The path's queue was full.</summary>
    Queue,

    /// <summary>The path was dark.</summary>
    Blackout,

    /// <summary>Nobody is bound where it went, or not any more.</summary>
    Unbound,

    /// <summary>The receiver's buffer was full.</summary>
    ReceiveBuffer,

    /// <summary>The receiver closed its socket with the datagram unread.</summary>
    Unread,
}
