namespace Quickwater.Core;

/// <summary>
/// One peer of a <see cref="DatagramPort"/>: what a connection is for streams. It has an id of the engine, so the observer hears of it, and commands reach it. The
/// session opens and closes it; from other threads only <see cref="Wake"/>, <see cref="Post"/>, <see cref="Stats"/> and what never changes.
/// </summary>
public sealed class DatagramPeer : IMailbox
{
    private long _bytesReceived;
    private long _bytesSent;
    private long _sent;
    private int _kick;
    private int _drain;

    internal DatagramPeer(DatagramPort port, ConnectionInfo info, in DatagramAddress address, Instant opened)
    {
        Port = port;
        Info = info;
        Address = address;
        Opened = opened;
    }

    /// <summary>Who it is, as it came.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>Its port.</summary>
    public DatagramPort Port { get; }

    /// <summary>When it opened.</summary>
    public Instant Opened { get; }

    /// <summary>Where it is now. The session moves it when it has proof; belongs to the turn.</summary>
    public DatagramAddress Address { get; set; }

    /// <summary>For the session: what it keeps of this peer.</summary>
    public object? State { get; set; }

    /// <summary>Why it is over; <see cref="Reason.None"/> while it is not.</summary>
    public Reason Ended { get; internal set; }

    /// <summary>A snapshot of the counters, from any thread. Turns are the port's.</summary>
    public ConnectionStats Stats => new(
        Volatile.Read(ref _bytesReceived), Volatile.Read(ref _bytesSent), Volatile.Read(ref _sent), 0, 0, Opened, 0, 0);

    /// <summary>Counts a datagram of this peer. In the turn.</summary>
    public void CountReceived(int bytes) => _bytesReceived += bytes;

    /// <summary>Counts a datagram to this peer. In the turn.</summary>
    public void CountSent(int bytes)
    {
        _bytesSent += bytes;
        _sent++;
    }

    /// <inheritdoc/>
    public void Wake() => Port.Wake();

    /// <inheritdoc/>
    public bool Post(in Command command) => Port.Post(this, command);

    /// <summary>Notes a control command: a drain, or a kick of which the first reason wins. True when it was not noted before.</summary>
    internal bool TryNote(in Command command) => command.Kind == CommandKind.Kick
        ? Interlocked.CompareExchange(ref _kick, (int)command.Reason, 0) == 0
        : Interlocked.Exchange(ref _drain, 1) == 0;

    /// <summary>The kick that was noted.</summary>
    internal Command NotedKick => Command.Kick((Reason)Volatile.Read(ref _kick));
}
