using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Quickwater.Core;

/// <summary>
/// Drives one session over one datagram socket, for all its peers, one turn at a time: mailbox, strays, deadline, transmit, receive. The sibling of
/// <see cref="Connection"/>. All of it is single-threaded but <see cref="Wake"/>, <see cref="Post(in Command)"/>, <see cref="Abort"/>, what
/// <see cref="DatagramPeer"/> offers to other threads, and the socket's readiness, which come from any thread and only leave a note and ask for a turn.
/// </summary>
public sealed partial class DatagramPort : IMailbox, IDatagramEvents, IThreadPoolWorkItem, IDisposable
{
    private readonly Engine _engine;
    private readonly IDatagramSocket _socket;
    private readonly IScheduler _scheduler;
    private readonly DeadlineQueue? _ownDeadlines;
    private readonly DatagramMailbox _mailbox;
    private readonly DatagramPeers _peers;
    private readonly DatagramOutput _output;
    private readonly DatagramInput _input;
    private readonly DatagramStrays _strays;
    private readonly DatagramShards? _shards;
    private readonly Timer _timer;
    private readonly IDatagramSession _session;
    private WakeState _wake = WakeState.Held;
    private Instant _flushDeadline = Instant.Never;
    private bool _draining;
    private bool _sessionClosed;
    private long _turns;
    private long _longTurns;

    internal DatagramPort(
        Engine engine, IDatagramSocket socket, IDatagramSessionFactory factory, DatagramPortOptions options, IScheduler? scheduler, DatagramShards? shards)
    {
        _engine = engine;
        _socket = socket;
        _scheduler = scheduler ?? engine.Scheduler;
        _shards = shards;
        Options = options;
        Protocol = factory.Protocol;
        Info = new ConnectionInfo(0, Protocol, new IPEndPoint(IPAddress.None, 0), socket.Local.ToEndPoint()); // no peer of its own
        _ownDeadlines = scheduler is null ? null : new DeadlineQueue(engine.Clock, scheduler, engine.Fault);
        _timer = new Timer(this);
        _mailbox = new DatagramMailbox(engine.Options.MailboxAnswersMax);
        _peers = new DatagramPeers(engine, this, shards?.Places ?? options.CreatePlaces());
        _strays = new DatagramStrays(options.StraysMax, options.DatagramBytesMax);
        _output = new DatagramOutput(this, socket);
        _input = new DatagramInput(this, socket, _strays);
        socket.Bind(this);
        _shards?.Add(this);

        // The session may wake its port while it is being made: the wake state is held until Start, so no turn runs yet.
        try
        {
            _session = factory.Create(this, engine.Clock.Now);
        }
        catch (Exception fault)
        {
            engine.Fault(Info, fault);
            _session = new StillbornDatagramSession();
        }
    }

    /// <summary>What the port is called when it is reported. Its peers have their own.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>What is spoken on it.</summary>
    public string Protocol { get; }

    /// <summary>Its limits.</summary>
    public DatagramPortOptions Options { get; }

    /// <summary>Where it is bound.</summary>
    public DatagramAddress Local => _socket.Local;

    /// <summary>Why it is over; <see cref="Reason.None"/> while it is not.</summary>
    public Reason Ended { get; private set; }

    /// <summary>The session. Belongs to the turn: others may only read what the session declares safe to read.</summary>
    public IDatagramSession Session => _session;

    /// <summary>Open peers, in no order. A snapshot.</summary>
    public ICollection<DatagramPeer> Peers => _peers.All;

    /// <summary>How many there are.</summary>
    public int PeerCount => _peers.Count;

    /// <summary>A snapshot of the counters, from any thread.</summary>
    public DatagramPortStats Stats => new(
        _input.Received, _input.Bytes, _output.Sent, _output.Bytes, _output.Failed, _input.Oversized, _input.StraysTaken, _strays.Dropped,
        Volatile.Read(ref _turns), Volatile.Read(ref _longTurns));

    /// <summary>Unique within the engine, from 1.</summary>
    internal ulong Number { get; init; }

    /// <summary>Idle means: no turn runs or is asked for. For the simulator's invariants.</summary>
    internal bool IsIdle => _wake.IsIdle;

    internal bool SendInFlight => _output.InFlight;

    internal bool HasStrays => !_strays.IsEmpty;

    internal bool IsClosed => Phase == ConnectionPhase.Closed;

    internal ConnectionPhase Phase { get; private set; }

    private DeadlineQueue Deadlines => _ownDeadlines ?? _engine.Deadlines;

    private Instant SessionDeadline => Phase == ConnectionPhase.Open ? _session.Deadline : Instant.Never;

    /// <summary>Opens a peer, or says why it is refused: the port is full, it drains, or memory is short. In the turn.</summary>
    public bool TryOpen(in DatagramAddress from, Instant now, [MaybeNullWhen(false)] out DatagramPeer peer, out Reason why)
    {
        peer = null;
        why = _draining || Phase != ConnectionPhase.Open ? Reason.Drained : Reason.None;
        if (why == Reason.None)
        {
            peer = _peers.Open(from, now, out why);
        }

        return peer is not null;
    }

    /// <summary>Closes a peer for a reason that is not <see cref="Reason.None"/>. In the turn; a second time means nothing.</summary>
    public void Close(DatagramPeer peer, Reason why)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)why, (int)Reason.None, nameof(why));
        _peers.Close(peer, why);
    }

    /// <summary>Passes a datagram on to the shard that it belongs to. False when it was dropped.</summary>
    public bool Pass(int shard, in DatagramAddress from, ReadOnlySpan<byte> bytes) => _shards?.Pass(shard, from, bytes) ?? false;

    /// <inheritdoc/>
    public void Wake()
    {
        if (_wake.Signal())
        {
            _scheduler.Queue(this);
        }
    }

    /// <summary>Leaves a command for the port and all its peers. False when it is over, or too many answers wait: that ends no port.</summary>
    public bool Post(in Command command)
    {
        var taken = Phase == ConnectionPhase.Open && _mailbox.Post(command);
        Wake();
        return taken;
    }

    /// <summary>Ends the port at once, and all its peers with it, without farewell. Thread-safe.</summary>
    public void Abort(Reason why)
    {
        _mailbox.PostAbort(why);
        Wake();
    }

    /// <inheritdoc/>
    public void Readable()
    {
        _input.Readable();
        EnterHere();
    }

    /// <inheritdoc/>
    public void Writable()
    {
        _output.Writable();
        EnterHere();
    }

    /// <inheritdoc/>
    public void Faulted(Exception fault)
    {
        _engine.Fault(Info, fault);
        Abort(Reason.LocalFault);
    }

    /// <summary>The same as an abort by its owner.</summary>
    public void Dispose() => Abort(Reason.Disposed);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _wake.Enter();
            RunTurns();
        }
        catch (Exception fault)
        {
            Faulted(fault); // the thread is shared: nothing gets out of it
        }
    }

    internal void Start()
    {
        _wake.Requeue();
        _scheduler.Queue(this);
    }

    /// <summary>A command for a peer, from any thread.</summary>
    internal bool Post(DatagramPeer peer, in Command command)
    {
        var taken = Phase == ConnectionPhase.Open && peer.Ended == Reason.None && _mailbox.Post(peer, command);
        Wake();
        return taken;
    }

    /// <summary>A datagram that another shard received, from its thread. False when it was dropped.</summary>
    internal bool TakeStray(in DatagramAddress from, ReadOnlySpan<byte> bytes)
    {
        if (!_strays.TryAdd(from, bytes))
        {
            _engine.Options.Marks?.Hit("stray-dropped");
            return false;
        }

        if (!Mutants.LostStray)
        {
            Wake();
        }

        return true;
    }

    /// <summary>Gives the session a datagram; what it throws ends the peer that sent it.</summary>
    internal void Give(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (Phase != ConnectionPhase.Open)
        {
            return; // there is nobody any more who wants it
        }

        try
        {
            _session.Receive(from, bytes, now);
        }
        catch (Exception fault)
        {
            Blame(from, fault, now);
        }
    }

    /// <summary>Tells the session that something is wrong with a peer; what it throws ends that peer.</summary>
    internal void TellFailed(in DatagramAddress peer, Reason why, Instant now)
    {
        if (Phase != ConnectionPhase.Open)
        {
            return;
        }

        try
        {
            _session.Failed(peer, why, now);
        }
        catch (Exception fault)
        {
            Blame(peer, fault, now);
        }
    }

    /// <summary>The one place where a port ends. Never throws: each step is taken whatever became of the one before.</summary>
    internal void CloseNow(Reason why, Instant now)
    {
        if (Phase == ConnectionPhase.Closed)
        {
            return;
        }

        var said = Reason.LocalFault;
        _engine.Try(Info, () => said = _session.Ended);
        Ended = ConnectionEnd.Why(said, why, isWhole: !_output.InFlight);
        Phase = ConnectionPhase.Closed;
        Deadlines.Remove(_timer);
        _shards?.Remove(this);
        _engine.Try(Info, _socket.Close);
        CloseSession(Ended, now);
        _engine.Try(Info, () => _peers.CloseAll(Ended));
        _ownDeadlines?.Dispose();
        _engine.Closed(this);
    }

    private void CloseSession(Reason why, Instant now)
    {
        if (!_sessionClosed)
        {
            _sessionClosed = true;
            _engine.Try(Info, () => _session.Close(why, now));
        }
    }

    private sealed class Timer(DatagramPort port) : DeadlineQueue.Entry
    {
        internal override void Due() => port.Wake();

        internal override void Faulted(Exception fault) => port.Faulted(fault);
    }
}
