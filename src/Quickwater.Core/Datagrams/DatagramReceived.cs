namespace Quickwater.Core;

/// <summary>What came of a receive of an <see cref="IDatagramSocket"/>.</summary>
public enum DatagramStatus
{
    /// <summary>There is nothing now: <see cref="IDatagramEvents.Readable"/> follows.</summary>
    Pending,

    /// <summary>A datagram, or several of one size from one peer.</summary>
    Completed,

    /// <summary>The network said something of a peer, such as that nobody listens there. The socket goes on.</summary>
    PeerFailed,

    /// <summary>The socket is over.</summary>
    Closed,
}

/// <summary>The outcome of a receive.</summary>
/// <param name="Status">What came of it.</param>
/// <param name="From">Who sent it, or who failed.</param>
/// <param name="Bytes">Bytes received, of all segments; 0 for an empty datagram.</param>
/// <param name="SegmentBytes">The size of each datagram but the last, which may be shorter. As <paramref name="Bytes"/> when it is one.</param>
/// <param name="Reason">Why it failed.</param>
public readonly record struct DatagramReceived(DatagramStatus Status, DatagramAddress From, int Bytes, int SegmentBytes, Reason Reason)
{
    /// <summary>There is nothing now.</summary>
    public static DatagramReceived Pending => default;

    /// <summary>The socket is over.</summary>
    public static DatagramReceived Closed => new(DatagramStatus.Closed, default, 0, 0, Reason.Disposed);

    /// <summary>One datagram.</summary>
    public static DatagramReceived One(in DatagramAddress from, int bytes) => new(DatagramStatus.Completed, from, bytes, bytes, Reason.None);

    /// <summary>Datagrams of one size behind each other.</summary>
    public static DatagramReceived Segments(in DatagramAddress from, int bytes, int segmentBytes) =>
        new(DatagramStatus.Completed, from, bytes, segmentBytes, Reason.None);

    /// <summary>Something is wrong with a peer.</summary>
    public static DatagramReceived Failed(in DatagramAddress peer, Reason why) => new(DatagramStatus.PeerFailed, peer, 0, 0, why);
}
