namespace Quickwater.Core;

/// <content>Its turns: what is done in which order, and when it lets others run.</content>
public sealed partial class DatagramPort
{
    // Readiness comes on a thread of its own already, so the turn runs on it: one hop less.
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
                _scheduler.Queue(this);
                return;
            }
        }
        while (!_wake.TryExit());
    }

    // One turn: passes over everything that can move, until nothing does or the budget is spent. True when work is left. Never throws.
    private bool Turn()
    {
        var now = _engine.Clock.Now;
        _turns++;
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
                _engine.Options.Marks?.Hit("port-budget-spent");
                return true;
            }
        }

        return false;
    }

    private void Schedule()
    {
        var due = Phase == ConnectionPhase.Closed ? Instant.Never : Instant.Earlier(_flushDeadline, SessionDeadline);
        if (due != Instant.Never)
        {
            Deadlines.Schedule(_timer, due);
        }
    }

    private bool Pass(Instant now)
    {
        TakeCommands(now);
        if (Phase == ConnectionPhase.Closed)
        {
            return false;
        }

        _input.TakeStrays(now);
        if (SessionDeadline <= now)
        {
            _session.Tick(now);
        }

        if (Phase == ConnectionPhase.Open && _session.Ended != Reason.None)
        {
            Phase = ConnectionPhase.Flushing;
            _flushDeadline = ConnectionEnd.FlushUntil(_session.Ended, now, _engine.Options, now);
        }

        // What moved above has been looked at below it; what moves from here on needs another pass.
        var moved = Transmit(now);
        if (Phase == ConnectionPhase.Closed)
        {
            return false;
        }

        moved |= _input.Receive(now) || HasStrays || (Phase == ConnectionPhase.Open && _session.Ended != Reason.None);
        return moved && Phase != ConnectionPhase.Closed;
    }

    private void TakeCommands(Instant now)
    {
        while (_mailbox.TryTake(out var peer, out var command, out var abort))
        {
            if (abort)
            {
                CloseNow(command.Reason, now);
                return;
            }

            if (Phase != ConnectionPhase.Open || peer is { Ended: not Reason.None })
            {
                continue;
            }

            _draining |= peer is null && command.Kind != CommandKind.Answer;
            try
            {
                _session.Handle(peer, command, now);
            }
            catch (Exception fault) when (peer is not null)
            {
                Blame(peer.Address, fault, now);
            }
        }
    }

    private bool Transmit(Instant now)
    {
        if (_flushDeadline <= now)
        {
            CloseNow(Reason.DrainTimeout, now);
            return false;
        }

        switch (_output.Pull(now))
        {
            case Pulled.Nothing when Phase == ConnectionPhase.Flushing:
                CloseNow(Reason.None, now);
                return false;
            case Pulled.Part:
                return true;
            case Pulled.All:
                return Phase == ConnectionPhase.Flushing;
            default:
                return false;
        }
    }

    // The session threw over one peer: it is reported, and that peer ends. A session that cannot even do that ends with its port.
    private void Blame(in DatagramAddress peer, Exception fault, Instant now)
    {
        _engine.Fault(Info, fault);
        _session.Faulted(peer, now);
    }
}
