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

    private readonly SendBatch _batch = new();
    private byte[] _buffer = [];
    private Instant _now = Start;
    private long _pulls;
    private Reason _ended;

    /// <summary>When every session opens.</summary>
    public static Instant Start { get; } = new(TimeSpan.TicksPerHour);

    /// <summary>Bytes that the session sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Feeds all of it, and closes. The answer is why the session ended.</summary>
    /// <param name="session">A session that opened at <see cref="Start"/>.</param>
    /// <param name="input">What its peer sends.</param>
    /// <param name="held">How many bytes the session holds for its peer's sake.</param>
    /// <param name="inBetween">Called now and then, for what others on the same hub do.</param>
    public Reason Play(ISession session, byte[] input, Func<int> held, Action<Instant>? inBetween = null)
    {
        _buffer = input;
        var start = 0;
        var end = 0;
        Pull(session);
        while (_ended == Reason.None && (end < input.Length || start < end))
        {
            var grown = end < input.Length;
            end = Math.Min(input.Length, end + NextPiece());
            var taken = Offer(session, start, end);
            start += taken;
            Require(held() <= input.Length + AnswersHeldMax, $"it holds {held()} bytes for {input.Length} received");
            Pull(session);
            Pass(session);
            inBetween?.Invoke(_now);
            if ((!grown && taken == 0) || end - start >= ReceiveBytesMax)
            {
                break; // nothing can come of it any more, or a connection ends it for want of room
            }
        }

        return Finish(session);
    }

    private int NextPiece() => rng.Below(8) switch
    {
        0 => 1,
        1 => rng.Between(1, 16),
        < 5 => rng.Between(1, 2000),
        _ => ReceiveBytesMax,
    };

    private int Offer(ISession session, int start, int end)
    {
        var result = session.Receive(_buffer.AsSpan(start..end), _now);
        Require(result.Consumed >= 0 && result.Consumed <= end - start, $"it consumed {result.Consumed} of {end - start} bytes");
        Look(session);
        Require(result.Status != ReceiveStatus.Done || _ended != Reason.None, "it wants no bytes and has not ended");
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

    private Reason Finish(ISession session)
    {
        if (_ended == Reason.None && rng.Chance(0.2))
        {
            session.Handle(rng.Chance(0.5) ? Command.Drain : Command.Kick(Reason.Kicked), _now);
            Look(session);
            Pull(session);
        }

        if (_ended == Reason.None && rng.Chance(0.5))
        {
            session.PeerFinished(_now);
            Look(session);
            Pull(session);
        }

        session.Close(Reason.ConnectionReset, _now);
        Look(session);
        Require(_ended != Reason.None, "it was closed and has no reason");
        return _ended;
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
