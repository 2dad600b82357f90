using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// One connection of a host under watch. It stands between the engine and the session, fails the world when the engine breaks the
/// contract of <see cref="ISession"/>, or the session its own, and lets other things happen in the middle of turns.
/// </summary>
public sealed class Endpoint : ISessionFactory, ISession
{
    // Timers are rounded up to the millisecond.
    private static readonly TimeSpan s_timerSlack = TimeSpan.FromMilliseconds(2);

    private readonly World _world;
    private readonly ISessionFactory _factory;
    private ISession? _session;
    private bool _inside;
    private bool _finished;
    private bool _over;
    private bool _aborted;
    private Reason _ended;
    private Instant _endedAt;
    private long _transmitted;
    private long _confirmed;

    internal Endpoint(World world, SimHost host, SimTransport transport, ISessionFactory factory)
    {
        _world = world;
        _factory = factory;
        Host = host;
        Transport = transport;
    }

    /// <summary>Whose connection it is.</summary>
    public SimHost Host { get; }

    /// <summary>Its end of the link.</summary>
    public SimTransport Transport { get; }

    /// <summary>The connection; null while the engine opens it.</summary>
    public Connection? Connection { get; internal set; }

    /// <summary>The session under watch.</summary>
    public ISession Session => _session ?? throw new InvalidOperationException("The engine has not made the session yet.");

    /// <summary>Whether the session wants no bytes now, as it said last.</summary>
    public bool Paused { get; private set; }

    /// <summary>Whether the engine closed it.</summary>
    public bool Over => _over;

    /// <inheritdoc/>
    public string Protocol => _factory.Protocol;

    /// <inheritdoc/>
    public Instant Deadline => Session.Deadline;

    /// <inheritdoc/>
    public Reason Ended => Session.Ended;

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        _session = _factory.Create(info, mailbox, now);
        return this;
    }

    /// <inheritdoc/>
    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        using var call = Enter("Receive", now);
        _world.Require(!_finished || bytes.IsEmpty || Paused, $"{Transport.Name}: no bytes after the end of input");
        _world.Require(_ended == Reason.None, $"{Transport.Name}: no bytes for a session that has ended");
        var result = Session.Receive(bytes, now);
        Paused = result.Status is ReceiveStatus.Paused or ReceiveStatus.Held;
        Leave();
        return result;
    }

    /// <inheritdoc/>
    public void PeerFinished(Instant now)
    {
        using var call = Enter("PeerFinished", now);
        _world.Require(!_finished, $"{Transport.Name}: PeerFinished comes once");
        _world.Require(Transport.EndGiven, $"{Transport.Name}: PeerFinished comes behind the end of input");
        _finished = true;
        _world.Marks.Hit("peer-finished");
        Session.PeerFinished(now);
        Leave();
    }

    /// <inheritdoc/>
    public bool Transmit(SendBatch batch, Instant now)
    {
        using var call = Enter("Transmit", now);
        _world.Require(!Transport.Sending, $"{Transport.Name}: Transmit is pulled only when no send is in flight");
        _world.Require(batch.IsEmpty, $"{Transport.Name}: Transmit starts with an empty batch");
        _world.Require(_transmitted == _confirmed, $"{Transport.Name}: Transmit is pulled when all earlier bytes were reported by Sent");
        var more = Session.Transmit(batch, now);
        _world.Require(batch.Bytes <= Host.Engine.Options.BatchBytesMax + SendBatch.CopyBytesMax, $"{Transport.Name}: a batch keeps its limit");
        _world.Require(!more || !batch.IsEmpty, $"{Transport.Name}: a session with more to send fills a batch with something");
        _transmitted += batch.Bytes;
        Leave();
        return more;
    }

    /// <inheritdoc/>
    public void Sent(long bytes, Instant now)
    {
        using var call = Enter("Sent", now);
        _confirmed += bytes;
        _world.Require(_confirmed == _transmitted, $"{Transport.Name}: Sent reports what Transmit gave");
        Session.Sent(bytes, now);
        Leave();
    }

    /// <inheritdoc/>
    public void Tick(Instant now)
    {
        using var call = Enter("Tick", now);
        Session.Tick(now);
        Leave();
    }

    /// <inheritdoc/>
    public void Handle(in Command command, Instant now)
    {
        using var call = Enter("Handle", now);
        Session.Handle(command, now);
        Leave();
    }

    /// <inheritdoc/>
    public void Close(Reason why, Instant now)
    {
        using var call = Enter("Close", now);
        _aborted |= _ended == Reason.None;
        Session.Close(why, now);
        _world.Require(Session.Ended != Reason.None, $"{Transport.Name}: a closed session has a reason");
        Leave();
        _over = true;
    }

    /// <summary>Ends it at once, without farewell.</summary>
    public void Abort(Reason why)
    {
        _aborted = true;
        Connection?.Abort(why);
    }

    /// <summary>A session that ended in its own time is closed in the orderly way: the last answers are not taken back by a reset.</summary>
    internal void MustHaveClosedOrderly()
    {
        var lingered = Transport.ClosedAt >= ConnectionEnd.LingerUntil(_ended, Host.Engine.Options, _endedAt);
        _world.Require(
            !Transport.ResetPeer || _aborted || lingered,
            $"{Transport.Name}: an ended session's connection closes behind all input, or after lingering");
    }

    /// <summary>At rest, an idle connection has nothing that it could move.</summary>
    internal void MustBeIdle()
    {
        if (_over || Connection is not { } connection)
        {
            MustHaveClosedOrderly();
            return;
        }

        var name = Transport.Name;
        _world.Require(connection.IsIdle, $"{name}: a turn was asked for, but none is queued");
        _world.Require(
            Session.Ended != Reason.None || Session.Deadline > Host.Engine.Clock.Now - s_timerSlack,
            $"{name}: its deadline {Session.Deadline} has passed without a tick");
        _world.Require(connection.SendInFlight == Transport.Sending, $"{name}: the connection knows whether a send is in flight");
        _world.Require(
            connection.ReceiveInFlight == Transport.Receiving, $"{name}: the connection knows whether a receive is in flight");
        _world.Require(
            Session.Ended == Reason.None || Transport.Sending || Transport.FinishedSending, $"{name}: an ended session is flushed");
        _world.Require(Transport.Receiving || Paused || Transport.EndGiven, $"{name}: an idle connection waits for input");
        if (Session.Ended == Reason.None && !Transport.Sending && !Host.HoldsBack)
        {
            var batch = new SendBatch();
            batch.Begin(Host.Engine.Options.BatchBytesMax);
            var more = Session.Transmit(batch, Host.Engine.Clock.Now);
            _world.Require(batch.IsEmpty && !more, $"{name}: idle, and yet its session has {batch.Bytes} bytes to send");
            batch.Release();
        }
    }

    private Call Enter(string call, Instant now)
    {
        _world.Require(!_inside, $"{Transport.Name}: two turns at once");
        _world.Require(!_over, $"{Transport.Name}: {call} after Close");
        _world.Require(now <= Host.Engine.Clock.Now, $"{Transport.Name}: {call} from the future");
        _inside = true;
        _world.Interrupt();
        return new Call(this);
    }

    private void Leave()
    {
        _world.Interrupt();
        var ended = Session.Ended;
        _world.Require(_ended == Reason.None || _ended == ended, $"{Transport.Name}: the first reason wins ({_ended}, then {ended})");
        _endedAt = _ended == Reason.None ? Host.Engine.Clock.Now : _endedAt;
        _ended = ended;
    }

    // Also a call that throws is over afterwards.
    private readonly ref struct Call(Endpoint endpoint)
    {
        public void Dispose() => endpoint._inside = false;
    }
}
