using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>The server's session of the echo scenario. Its backlog is bounded: when it is full, the session wants no more bytes.</summary>
internal sealed class EchoServer(World world, IMailbox mailbox) : ISession
{
    private const int BacklogMax = 200;

    private static readonly TimeSpan s_askTimeout = TimeSpan.FromMilliseconds(400);

    private readonly Queue<EchoFrame> _backlog = new();
    private readonly Rng _rng = world.Rng.Fork();
    private EchoFrame _asked;
    private uint _correlation;
    private bool _asking;
    private bool _finished;

    public Instant Deadline { get; private set; } = Instant.Never;

    public Reason Ended { get; private set; }

    /// <summary>Frames taken from the peer.</summary>
    internal int Taken { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var consumed = 0;
        while (Ended == Reason.None && !_asking && _backlog.Count < BacklogMax && bytes.Length - consumed >= EchoFrame.Size)
        {
            if (!EchoFrame.TryRead(bytes[consumed..], out var frame))
            {
                Ended = Reason.MalformedMessage;
                return ReceiveResult.Done(consumed);
            }

            consumed += EchoFrame.Size;
            Take(frame, now);
        }

        return _asking || _backlog.Count >= BacklogMax ? ReceiveResult.Paused(consumed) : ReceiveResult.NeedMore(consumed);
    }

    public void PeerFinished(Instant now)
    {
        _finished = true;
        EndIfDone();
    }

    public bool Transmit(SendBatch batch, Instant now)
    {
        while (_backlog.Count > 0 && batch.Room >= EchoFrame.Size)
        {
            _backlog.Dequeue().Write(batch.Reserve(EchoFrame.Size));
            batch.Commit(EchoFrame.Size);
        }

        EndIfDone();
        return _backlog.Count > 0;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (_asking && Deadline <= now)
        {
            world.Marks.Hit("ask-timed-out");
            Settle(new EchoFrame(EchoKind.TimedOut, _asked.Number));
        }
    }

    public void Handle(in Command command, Instant now)
    {
        switch (command.Kind)
        {
            case CommandKind.Drain or CommandKind.Kick:
                if (_asking)
                {
                    Settle(new EchoFrame(EchoKind.TimedOut, _asked.Number)); // it was taken, so it gets an answer
                }

                End(command.Reason);
                break;
            default:
                if (_asking && (command.Correlation == _correlation || Mutants.StaleAnswer))
                {
                    world.Require(Equals(command.Payload, _asked.Number), "an answer belongs to the question it names");
                    Settle(_asked);
                }
                else
                {
                    world.Marks.Hit("stale-answer-ignored");
                }

                break;
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        _backlog.Clear();
    }

    private void Take(EchoFrame frame, Instant now)
    {
        Taken++;
        if (frame.Kind == EchoKind.Throw)
        {
            throw new InvalidOperationException("a fault of the session, on purpose");
        }

        if (frame.Kind == EchoKind.Ask)
        {
            _asking = true;
            _asked = frame;
            Deadline = now + s_askTimeout;
            AskBackend(++_correlation, frame.Number);
            return;
        }

        _backlog.Enqueue(frame);
    }

    // The backend answers in its own time; sometimes twice, sometimes too late, sometimes before the session returns.
    private void AskBackend(uint correlation, uint number)
    {
        var answer = Command.Answer(correlation, Reason.None, number);
        for (var times = _rng.Chance(0.1) ? 2 : 1; times > 0; times--)
        {
            var delay = _rng.Chance(0.2) ? TimeSpan.Zero : _rng.UpTo(_rng.Chance(0.1) ? s_askTimeout * 3 : TimeSpan.FromMilliseconds(30));
            world.Time.After(delay, () => mailbox.Post(answer));
        }
    }

    private void Settle(EchoFrame answer)
    {
        _asking = false;
        Deadline = Instant.Never;
        _backlog.Enqueue(answer);
    }

    private void EndIfDone()
    {
        if (_finished && !_asking && _backlog.Count == 0)
        {
            End(Reason.PeerClosed);
        }
    }

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }

    internal sealed class Factory(World world) : ISessionFactory
    {
        public string Protocol => "echo";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new EchoServer(world, mailbox);
    }
}
