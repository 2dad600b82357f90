namespace Quickwater.Core;

/// <summary>
/// Gives an <see cref="ITicked"/> its turns: at the deadlines it names, and when it is woken. The same wake state machine, deadline queue and
/// scheduler as connections have, so the simulator drives it too. Thread-safe.
/// </summary>
public sealed class Ticker : IMailbox, IThreadPoolWorkItem
{
    private readonly Engine _engine;
    private readonly ITicked _ticked;
    private readonly Timer _timer;
    private WakeState _wake;
    private int _stopWanted;
    private bool _over; // belongs to the turn
    private Instant _due = Instant.Never;

    /// <summary>Makes one that has not been woken yet: its first turn follows its first <see cref="Wake"/>.</summary>
    /// <param name="engine">Whose clock, scheduler and deadlines it uses.</param>
    /// <param name="info">What it is called when it is reported, as a connection would be.</param>
    /// <param name="ticked">What it calls.</param>
    public Ticker(Engine engine, ConnectionInfo info, ITicked ticked)
    {
        _engine = engine;
        _ticked = ticked;
        _timer = new Timer(this);
        Info = info;
    }

    /// <summary>What it is called when it is reported.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>Whether the last call was made.</summary>
    public bool IsOver => Volatile.Read(ref _over);

    /// <inheritdoc/>
    public void Wake()
    {
        if (_wake.Signal())
        {
            _engine.Scheduler.Queue(this);
        }
    }

    // On the timer's thread, which has nothing better to do: a tick is short, and late when it has to wait for another thread.
    private void WakeHere()
    {
        if (!_wake.Signal())
        {
            return;
        }

        if (_engine.Scheduler.RunsHere)
        {
            Execute();
        }
        else
        {
            _engine.Scheduler.Queue(this);
        }
    }

    /// <summary>Ends it by a kick or a drain, for the command's reason; false for anything else.</summary>
    public bool Post(in Command command)
    {
        if (command.Kind == CommandKind.Answer || IsOver)
        {
            return false;
        }

        Stop(command.Reason);
        return true;
    }

    /// <summary>Ends it: <see cref="ITicked.Stop"/> follows in a turn of its own. The first reason wins.</summary>
    public void Stop(Reason why)
    {
        Interlocked.CompareExchange(ref _stopWanted, (int)why, 0);
        Wake();
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Execute();

    // On a thread that others depend on: nothing gets out of it.
    private void Execute()
    {
        try
        {
            _wake.Enter();
            if (_engine.Scheduler.RunsHere)
            {
                WakeRun.Collect();
            }

            do
            {
                Turn();
            }
            while (!_wake.TryExit());
        }
        catch (Exception fault)
        {
            Faulted(fault);
        }

        WakeRun.RunCollected();
    }

    private void Faulted(Exception fault)
    {
        _engine.Fault(Info, fault);
        Stop(Reason.LocalFault);
    }

    private void Turn()
    {
        if (_over)
        {
            return;
        }

        var now = _engine.Clock.Now;
        try
        {
            if ((Reason)Volatile.Read(ref _stopWanted) is not Reason.None and var why)
            {
                End(why, now);
            }
            else
            {
                Tick(now);
            }
        }
        catch (Exception fault)
        {
            _engine.Fault(Info, fault);
            EndQuietly(now);
        }
    }

    private void Tick(Instant now)
    {
        var late = now > _due;
        _due = _ticked.Tick(now);
        if (_due != Instant.Never && !(Mutants.LostTick && late))
        {
            _engine.Deadlines.Schedule(_timer, _due);
        }
    }

    private void End(Reason why, Instant now)
    {
        Volatile.Write(ref _over, true);
        _engine.Deadlines.Remove(_timer);
        _ticked.Stop(why, now);
    }

    private void EndQuietly(Instant now)
    {
        if (_over)
        {
            return;
        }

        try
        {
            End(Reason.LocalFault, now);
        }
        catch (Exception fault)
        {
            _engine.Fault(Info, fault);
        }
    }

    private sealed class Timer(Ticker ticker) : DeadlineQueue.Entry
    {
        internal override void Due() => ticker.WakeHere();

        internal override void Faulted(Exception fault) => ticker.Faulted(fault);
    }
}
