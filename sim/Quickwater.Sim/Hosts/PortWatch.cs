using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// One datagram port of a host under watch. It stands between the port and the session, fails the world when the engine breaks the contract of
/// <see cref="IDatagramSession"/>, and lets other things happen in the middle of turns.
/// </summary>
public sealed class PortWatch : IDatagramSessionFactory, IDatagramSession
{
    // Timers are rounded up to the millisecond.
    private static readonly TimeSpan s_timerSlack = TimeSpan.FromMilliseconds(2);

    private readonly World _world;
    private readonly IDatagramSessionFactory _factory;
    private IDatagramSession? _session;
    private bool _inside;

    internal PortWatch(World world, SimHost host, SimDatagramSocket socket, IDatagramSessionFactory factory)
    {
        (_world, _factory, Host, DatagramSocket) = (world, factory, host, socket);
    }

    /// <summary>Whose port it is.</summary>
    public SimHost Host { get; }

    /// <summary>Its socket.</summary>
    public SimDatagramSocket DatagramSocket { get; }

    /// <summary>The port; null while the engine opens it.</summary>
    public DatagramPort? Port { get; internal set; }

    /// <summary>The session under watch.</summary>
    public IDatagramSession Session => _session ?? throw new InvalidOperationException("The engine has not made the session yet.");

    /// <summary>Whether the engine closed it.</summary>
    public bool Over { get; private set; }

    /// <inheritdoc/>
    public string Protocol => _factory.Protocol;

    /// <inheritdoc/>
    public Instant Deadline => Session.Deadline;

    /// <inheritdoc/>
    public Reason Ended => Session.Ended;

    /// <inheritdoc/>
    public IDatagramSession Create(DatagramPort port, Instant now)
    {
        Port = port;
        _session = _factory.Create(port, now);
        return this;
    }

    /// <inheritdoc/>
    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        Enter("Receive");
        _world.Require(Port is null || bytes.Length <= Port.Options.DatagramBytesMax, $"{DatagramSocket.Name}: no datagram is longer than the session is given");
        try
        {
            Session.Receive(from, bytes, now);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public bool Transmit(DatagramBatch batch, Instant now)
    {
        Enter("Transmit");
        _world.Require(!DatagramSocket.SendWaits, $"{DatagramSocket.Name}: Transmit is pulled only when no send is in flight");
        _world.Require(batch.IsEmpty && batch.Next == 0 && batch.Failures == 0, $"{DatagramSocket.Name}: Transmit starts with an empty batch");
        var more = Session.Transmit(batch, now);
        _world.Require(!more || !batch.IsEmpty, $"{DatagramSocket.Name}: a session with more to send fills a batch with something");
        Leave();
        return more;
    }

    /// <inheritdoc/>
    public void Failed(in DatagramAddress peer, Reason why, Instant now)
    {
        Enter("Failed");
        _world.Require(why != Reason.None, $"{DatagramSocket.Name}: what failed has a reason");
        Session.Failed(peer, why, now);
        Leave();
    }

    /// <inheritdoc/>
    public void Tick(Instant now)
    {
        Enter("Tick");
        Session.Tick(now);
        Leave();
    }

    /// <inheritdoc/>
    public void Handle(DatagramPeer? peer, in Command command, Instant now)
    {
        Enter("Handle");
        _world.Require(peer is null || peer.Ended == Reason.None, $"{DatagramSocket.Name}: no command for a peer that is over");
        Session.Handle(peer, command, now);
        Leave();
    }

    /// <inheritdoc/>
    public void Faulted(in DatagramAddress peer, Instant now)
    {
        Enter("Faulted");
        Session.Faulted(peer, now);
        Leave();
    }

    /// <inheritdoc/>
    public void Close(Reason why, Instant now)
    {
        Enter("Close");
        _world.Require(why != Reason.None, $"{DatagramSocket.Name}: a port closes for a reason");
        Session.Close(why, now);
        _world.Require(Session.Ended != Reason.None, $"{DatagramSocket.Name}: a closed session has ended");
        Over = true;
        Leave();
    }

    /// <summary>Idle implies empty.</summary>
    internal void MustBeIdle()
    {
        if (Port is not { } port)
        {
            return;
        }

        _world.Require(port.IsIdle, $"{DatagramSocket.Name}: a turn was lost");
        if (port.IsClosed)
        {
            _world.Require(port.PeerCount == 0 && Over && DatagramSocket.Closed, $"{DatagramSocket.Name}: a closed port has no peers, no session and no socket");
            return;
        }

        _world.Require(!DatagramSocket.HasInput, $"{DatagramSocket.Name}: datagrams wait that nobody receives");
        _world.Require(!port.HasStrays, $"{DatagramSocket.Name}: strays wait that nobody takes");
        _world.Require(port.SendInFlight == DatagramSocket.SendWaits, $"{DatagramSocket.Name}: a send that nobody goes on with");
        _world.Require(Session.Ended == Reason.None || port.SendInFlight, $"{DatagramSocket.Name}: an ended session is flushed");
        _world.Require(
            Session.Ended != Reason.None || Session.Deadline > _world.Clock.Now - s_timerSlack, $"{DatagramSocket.Name}: a deadline is behind: {Session.Deadline} at {_world.Clock.Now}");
        _world.Require(
            port.SendInFlight || Session is not IHasOutput { HasOutput: true }, $"{DatagramSocket.Name}: the session has datagrams that nobody pulls");
    }

    private void Enter(string call)
    {
        _world.Require(!_inside, $"{DatagramSocket.Name}: one turn at a time ({call})");
        _world.Require(!Over, $"{DatagramSocket.Name}: Close is the last call, and comes once ({call})");
        _inside = true;
        _world.Interrupt();
    }

    private void Leave()
    {
        _inside = false;
        _world.Interrupt();
    }
}
