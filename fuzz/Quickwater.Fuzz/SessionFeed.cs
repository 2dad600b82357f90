using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>
/// Plays a connection's part for one session: bytes in pieces of any size, time that passes, output pulled, and the end. It checks the contract of
/// <see cref="ISession"/> as it goes, and that no call goes on without end. For sessions of any protocol.
/// </summary>
internal sealed class SessionFeed(Rng rng)
{
    private const int ReceiveBytesMax = 64 * 1024;
    private const int AnswersHeldMax = 256 * 1024;
    private const int PullsBase = 1000;

    private const int StillRoundsMax = 20;

    private readonly SendBatch _batch = new();
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private Instant _now = Start;
    private long _pulls;
    private ReceiveStatus _status = ReceiveStatus.NeedMore;
    private Reason _ended;
    private bool _drained;

    /// <summary>When every session opens.</summary>
    public static Instant Start { get; } = new(TimeSpan.TicksPerHour);

    /// <summary>Bytes that the session sent.</summary>
    public long Sent { get; private set; }

    /// <summary>
    /// Bytes at the front that no piece goes beyond before they are all offered: the greeting of a server, whose client does nothing before it has answered.
    /// </summary>
    public int Border { get; init; }

    /// <summary>Feeds all of it, and closes. The answer is why the session ended.</summary>
    /// <param name="session">A session that opened at <see cref="Start"/>.</param>
    /// <param name="input">What its peer sends.</param>
    /// <param name="held">How many bytes the session holds for its peer's sake.</param>
    /// <param name="inBetween">Called now and then, for what others on the same hub or server do.</param>
    public Reason Play(ISession session, byte[] input, Func<int> held, Action<Instant>? inBetween = null)
    {
        _buffer = input;
        Pull(session);
        for (var still = 0; _ended == Reason.None && _status != ReceiveStatus.Done && (_end < input.Length || _start < _end);)
        {
            still = Step(session, held, inBetween) ? 0 : still + 1;
            if (_status == ReceiveStatus.Paused ? still > StillRoundsMax : still > 0 || _end - _start >= ReceiveBytesMax)
            {
                break; // nothing can come of it any more, or a connection ends it for want of room
            }
        }

        return Finish(session, held, inBetween);
    }

    // One offer, and what a turn does around it. True when the session took some or was given more; while it pauses nothing is received for it.
    private bool Step(ISession session, Func<int> held, Action<Instant>? inBetween)
    {
        var grown = _status != ReceiveStatus.Paused && _end < _buffer.Length;
        if (grown)
        {
            _end = Math.Min(_end < Border ? Math.Min(Border, _buffer.Length) : _buffer.Length, _end + NextPiece());
        }

        var taken = Offer(session);
        Require(held() <= _buffer.Length + AnswersHeldMax, $"it holds {held()} bytes for {_buffer.Length} received");
        Pull(session);
        Pass(session);
        inBetween?.Invoke(_now);
        Look(session);
        if (_ended == Reason.None && !_drained && _end > _buffer.Length - (_buffer.Length / 4) && rng.Chance(0.03))
        {
            Drain(session); // with some still to come, and answers owed
        }

        return grown || taken > 0;
    }

    private int NextPiece() => rng.Below(8) switch
    {
        0 => 1,
        1 => rng.Between(1, 16),
        < 5 => rng.Between(1, 2000),
        _ => ReceiveBytesMax,
    };

    private int Offer(ISession session)
    {
        var result = session.Receive(_buffer.AsSpan(_start.._end), _now);
        Require(result.Consumed >= 0 && result.Consumed <= _end - _start, $"it consumed {result.Consumed} of {_end - _start} bytes");
        Look(session);
        _status = result.Status;
        _start += result.Consumed;
        return result.Consumed;
    }

    // All that it has to say, in batches of any size.
    private void Pull(ISession session)
    {
        while (true)
        {
            _batch.Begin(rng.Chance(0.2) ? rng.Between(1, 300) : 64 * 1024);
            var more = session.Transmit(_batch, _now);
            var bytes = _batch.Bytes;
            _batch.Release();
            Look(session);
            Sent += bytes;
            Require(++_pulls <= PullsBase + (4L * _buffer.Length) + Sent, "it transmits without end");
            if (bytes == 0)
            {
                Require(!more, "it has more to send and gives nothing");
                return;
            }

            session.Sent(bytes, _now);
        }
    }

    private void Pass(ISession session)
    {
        _now += TimeSpan.FromMilliseconds(rng.Chance(0.02) ? rng.Below(20_000) : rng.Below(40));
        if (session.Deadline <= _now)
        {
            session.Tick(_now);
            Look(session);
            Pull(session);
        }
    }

    private Reason Finish(ISession session, Func<int> held, Action<Instant>? inBetween)
    {
        if (_ended == Reason.None && !_drained && rng.Chance(0.2))
        {
            if (rng.Chance(0.5))
            {
                Drain(session);
            }
            else
            {
                session.Handle(Command.Kick(Reason.Kicked), _now);
                Look(session);
                Pull(session);
            }
        }

        // While it pauses, its connection receives nothing and hears of no end.
        var finished = _ended == Reason.None && _status != ReceiveStatus.Paused && rng.Chance(0.5);
        if (finished)
        {
            session.PeerFinished(_now);
            Look(session);
            Pull(session);
        }

        for (var left = _drained || finished ? StillRoundsMax : 0; left > 0 && _ended == Reason.None; left--)
        {
            Wait(session, held, inBetween);
        }

        // It may still owe answers, and ends when they are out or their time is.
        var done = _status == ReceiveStatus.Done;
        for (var left = StillRoundsMax; done && left > 0 && _ended == Reason.None; left--)
        {
            _now = session.Deadline > _now && session.Deadline < Instant.Never ? session.Deadline : _now;
            Wait(session, held, inBetween);
        }

        Require(!done || _drained || _ended != Reason.None, "it wants no bytes and does not end");
        session.Close(Reason.ConnectionReset, _now);
        Look(session);
        Require(_ended != Reason.None, "it was closed and has no reason");
        return _ended;
    }

    // Answers may still be owed.
    private void Wait(ISession session, Func<int> held, Action<Instant>? inBetween)
    {
        if (_status == ReceiveStatus.Paused)
        {
            Offer(session);
        }

        Require(held() <= _buffer.Length + AnswersHeldMax, $"it holds {held()} bytes for {_buffer.Length} received");
        Pull(session);
        Pass(session);
        inBetween?.Invoke(_now);
        Look(session);
    }

    private void Drain(ISession session)
    {
        _drained = true;
        session.Handle(Command.Drain, _now);
        Look(session);
        Pull(session);
    }

    // The first reason wins and stays.
    private void Look(ISession session)
    {
        Require(_ended == Reason.None || session.Ended == _ended, $"it ended with {_ended} and then with {session.Ended}");
        _ended = session.Ended;
        Require(_ended != Reason.LocalFault, "it blames itself");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzFailedException(what);
        }
    }
}
