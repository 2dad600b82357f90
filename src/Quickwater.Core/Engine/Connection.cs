namespace Quickwater.Core;

/// <summary>
/// Drives one session over one transport, one turn at a time: mailbox, received bytes, deadline, transmit, receive. All
/// of it is single-threaded but <see cref="Wake"/>, <see cref="Post"/>, <see cref="Abort"/> and the transport's completions,
/// which come from any thread and only leave a note and ask for a turn.
/// </summary>
public sealed class Connection : IMailbox, ITransportEvents, IThreadPoolWorkItem
{
    private readonly Engine _engine;
    private readonly ITransport _transport;
    private readonly Mailbox _mailbox;
    private readonly ConnectionTimer _timer;
    private readonly ISession _session;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;
    private WakeState _wake = WakeState.Held;
    private bool _sessionClosed;
    private bool _stirred; // something happened since a paused session was asked last
    private Instant _lingerDeadline = Instant.Never;
    private long _turns;
    private long _longTurns;

    internal Connection(Engine engine, ITransport transport, ConnectionInfo info, ISessionFactory factory, Instant opened)
    {
        _engine = engine;
        _transport = transport;
        Info = info;
        Opened = opened;
        _mailbox = new Mailbox(engine.Options.MailboxAnswersMax);
        _timer = new ConnectionTimer(this);
        _input = new ConnectionInput(this, transport, engine.Options);
        _output = new ConnectionOutput(this, transport, engine);
        transport.Bind(this);

        // The session may wake its connection while it is being made: the wake state is held until Start, so no turn runs yet.
        try
        {
            _session = factory.Create(info, this, opened);
        }
        catch (Exception fault)
        {
            engine.Fault(info, fault);
            _session = new StillbornSession(); // ends in the orderly way: the transport must not stay open
        }
    }

    /// <summary>Who is connected.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>When it opened.</summary>
    public Instant Opened { get; }

    /// <summary>Why it is over; <see cref="Reason.None"/> while it is not.</summary>
    public Reason Ended { get; private set; }

    /// <summary>The session. Belongs to the turn: others may only read what the session declares safe to read.</summary>
    public ISession Session => _session;

    /// <summary>The transport. Belongs to the turn, but its end points may be read by all.</summary>
    public ITransport Transport => _transport;

    /// <summary>A snapshot of the counters, from any thread.</summary>
    public ConnectionStats Stats => new(
        _input.Bytes, _output.Bytes, _output.Sends, Volatile.Read(ref _turns), Volatile.Read(ref _longTurns), Opened,
        _input.RateAt(_engine.Clock.Now), _output.RateAt(_engine.Clock.Now));

    /// <summary>Idle means: no turn runs or is asked for. For the simulator's invariants.</summary>
    internal bool IsIdle => _wake.IsIdle;

    internal bool SendInFlight => _output.InFlight;

    internal bool ReceiveInFlight => _input.InFlight;

    internal bool IsClosed => Phase == ConnectionPhase.Closed;

    internal int BufferedInput => _input.Buffered;

    internal ConnectionPhase Phase { get; private set; }

    /// <inheritdoc/>
    public void Wake()
    {
        if (_wake.Signal())
        {
            _engine.Scheduler.Queue(this);
        }
    }

    /// <summary>As <see cref="Wake"/>, but a turn that must be queued runs here instead.</summary>
    internal void WakeHere()
    {
        if (_wake.Signal())
        {
            _wake.Enter();
            RunTurns();
        }
    }

    /// <summary>Reads what a turn reads, so that it is in the cache; not if one runs, which has it there.</summary>
    internal long TryWarm()
    {
        try
        {
            return !_wake.IsIdle ? 0 : _session.Warm() + _transport.Warm() + _output.Warm() + _input.Warm() + _mailbox.Warm()
                + _timer.DueTicks + _turns + _lingerDeadline.Ticks;
        }
        catch (Exception fault)
        {
            Faulted(fault);
            return 0;
        }
    }

    /// <inheritdoc/>
    public bool Post(in Command command)
    {
        if (Phase != ConnectionPhase.Open)
        {
            return false;
        }

        if (!_mailbox.Post(command))
        {
            _mailbox.Post(Command.Kick(Reason.MailboxFull));
            Wake();
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Ends the connection at once, without farewell and without flushing. Thread-safe.</summary>
    public void Abort(Reason why)
    {
        _mailbox.PostAbort(why);
        Wake();
    }

    /// <inheritdoc/>
    void ITransportEvents.ReceiveCompleted(IoResult result)
    {
        _input.Completed(result);
        EnterHere();
    }

    /// <inheritdoc/>
    void ITransportEvents.SendCompleted(IoResult result)
    {
        _output.Completed(result);
        EnterHere();
    }

    /// <inheritdoc/>
    public void Faulted(Exception fault)
    {
        _engine.Fault(Info, fault);
        Abort(Reason.LocalFault);
    }

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
            Faulted(fault); // the thread is the pool's: nothing gets out of it
        }
    }

    internal void Start()
    {
        _wake.Requeue();
        _engine.Scheduler.Queue(this);
    }

    // A completion has a thread of its own already, so the turn runs on it: one hop less.
    private void EnterHere()
    {
        if (_wake.TryEnter())
        {
            RunTurns();
        }
    }

    private void RunTurns()
    {
        do
        {
            if (Turn())
            {
                _wake.Requeue();
                _engine.Scheduler.Queue(this);
                return;
            }
        }
        while (!_wake.TryExit());
    }

    // One turn: passes over everything that can move, until nothing does or the budget is spent. True when work is left. Never throws: the
    // thread that runs it may be one that others depend on.
    private bool Turn()
    {
        var now = _engine.Clock.Now;
        _turns++;
        _stirred = true; // at the least, it was woken
        var isWorkLeft = false;
        try
        {
            isWorkLeft = IsWorkLeft(now);
            if (!isWorkLeft)
            {
                Schedule();
            }
        }
        catch (Exception fault)
        {
            _engine.Fault(Info, fault);
            CloseNow(Reason.LocalFault, now);
        }

        if (_engine.Clock.Now - now > _engine.Options.LongTurn)
        {
            _longTurns++;
        }

        return isWorkLeft;
    }

    private bool IsWorkLeft(Instant now)
    {
        var left = _engine.Options.TurnPassesMax;
        while (Pass(now))
        {
            if (--left == 0)
            {
                _engine.Options.Marks?.Hit("turn-budget-spent");
                return true;
            }
        }

        return false;
    }

    private void Schedule()
    {
        if (Phase == ConnectionPhase.Closed)
        {
            return;
        }

        var due = Instant.Earlier(Instant.Earlier(_output.Deadline, _lingerDeadline), SessionDeadline);
        if (due != Instant.Never)
        {
            _engine.Deadlines.Schedule(_timer, due);
        }
    }

    private Instant SessionDeadline => Phase == ConnectionPhase.Open ? _session.Deadline : Instant.Never;

    private bool Pass(Instant now)
    {
        var moved = TakeCommands(now);
        moved |= _output.Take(now);
        moved |= _input.Take(now);
        if (Phase == ConnectionPhase.Closed)
        {
            return false;
        }

        if (_input.IsPaused && (moved || (_stirred && !Mutants.ForgottenPause)))
        {
            _input.Offer(now);
        }

        if (Phase == ConnectionPhase.Open && _session.Ended != Reason.None)
        {
            Phase = ConnectionPhase.Flushing;
            _input.Unpause();
            _lingerDeadline = ConnectionEnd.FlushUntil(_session.Ended, _output.SendingSince, _engine.Options, now);
        }

        // What moved above has been looked at below it; what moves from here on needs another pass.
        _stirred = TakeDeadlines(now);
        _stirred |= Transmit(now);
        _stirred |= _input.Start(now);
        return _stirred && Phase != ConnectionPhase.Closed;
    }

    private bool TakeCommands(Instant now)
    {
        var moved = false;
        while (_mailbox.TryTake(out var command, out var abort))
        {
            if (abort)
            {
                CloseNow(command.Reason, now);
                return true;
            }

            if (Phase == ConnectionPhase.Open)
            {
                _session.Handle(command, now);
                moved = true;
            }
        }

        return moved;
    }

    private bool TakeDeadlines(Instant now)
    {
        if (_output.Deadline <= now || _lingerDeadline <= now)
        {
            CloseNow(_output.Deadline <= now ? Reason.SendStalled : Reason.DrainTimeout, now); // the reason of a session that has ended wins
            return false;
        }

        if (SessionDeadline > now)
        {
            return false;
        }

        _session.Tick(now);
        return true;
    }

    private bool Transmit(Instant now)
    {
        if (Phase >= ConnectionPhase.Lingering)
        {
            return false;
        }

        switch (_output.Pull(now))
        {
            case Pulled.InFlight:
                return false;
            case Pulled.Part:
                return true;
            case Pulled.Nothing when Phase == ConnectionPhase.Flushing:
                StartLinger(now);
                return true;
            case Pulled.All when Phase == ConnectionPhase.Flushing || _input.IsPaused:
                return true; // it may have paused until this was sent
            default:
                return Phase == ConnectionPhase.Open && _session.Ended != Reason.None; // it may have ended while it was asked; then the next pass flushes
        }
    }

    private void StartLinger(Instant now)
    {
        Phase = ConnectionPhase.Lingering;
        _input.Free();
        _transport.FinishSending();
        if (_input.HasEnded || Mutants.RudeClose)
        {
            CloseNow(Reason.None, now);
            return;
        }

        _lingerDeadline = ConnectionEnd.LingerUntil(_session.Ended, _engine.Options, now);
        CloseSession(_session.Ended, now); // all is said: what it holds, its places too, is others' from now on
    }

    // The one place where a connection ends. Never throws: each step is taken whatever became of the one before.
    internal void CloseNow(Reason why, Instant now)
    {
        if (Phase == ConnectionPhase.Closed)
        {
            return;
        }

        Ended = Reason.LocalFault;
        _engine.Try(Info, () => Ended = ConnectionEnd.Why(
            _session.Ended, why, isWhole: Phase == ConnectionPhase.Lingering && _transport.UnacknowledgedBytes == 0));
        Phase = ConnectionPhase.Closed;
        _lingerDeadline = Instant.Never;
        _engine.Deadlines.Remove(_timer);
        _engine.Try(Info, _transport.Close);
        _engine.Try(Info, _output.Close);
        _engine.Try(Info, _input.Free);
        CloseSession(Ended, now);
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
}
