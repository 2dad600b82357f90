using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// Holds what a session sends to its limits: bytes in a batch, bytes a second, that a send makes progress, and meanwhile what waits behind it. Part of the
/// session's turn.
/// </summary>
internal struct SendWatch(AudioServerOptions options)
{
    private Instant _roomAt = Instant.Never;
    private Instant _sendingSince = Instant.Never;
    private Instant _judgeAt = Instant.Never;

    /// <summary>When to look again.</summary>
    internal readonly Instant Deadline(Seat? seat) => Instant.Earlier(Instant.Earlier(_roomAt, _judgeAt), _sendingSince + StallMax(seat));

    /// <summary>Limits a batch. False while the rate has no room for another.</summary>
    internal bool TryBegin(SendBatch batch, in ConnectionWatch watch, Instant now)
    {
        _roomAt = Instant.Never;
        var room = watch.SendRoom(now);
        if (room <= 0)
        {
            // Not for every byte: a tenth of a second's worth at a time.
            _roomAt = watch.WhenSendRoom((int)Math.Min(4096, options.Limits.SentBytesPerSecondMax / 10 ?? 4096), now);
            return false;
        }

        batch.LimitTo(Math.Min(options.BatchBytesMax, room));
        return true;
    }

    /// <summary>The batch is written and goes out.</summary>
    internal void Began(SendBatch batch, ref ConnectionWatch watch, Seat? seat, Instant now)
    {
        watch.Sent(batch.Bytes, now);
        _sendingSince = batch.IsEmpty ? Instant.Never : now;
        _judgeAt = seat is null ? Instant.Never : _sendingSince + seat.JudgeEvery;
    }

    /// <summary>The send made progress.</summary>
    internal void Done() => _sendingSince = _judgeAt = Instant.Never;

    /// <summary>
    /// <see cref="Reason.SendStalled"/> when the send under way has made no progress for as long as the station allows, or the bound that what waits behind it
    /// exceeds.
    /// </summary>
    internal Reason Check(Seat? seat, Instant now)
    {
        if (_sendingSince != Instant.Never && now - _sendingSince >= StallMax(seat))
        {
            return Reason.SendStalled;
        }

        if (seat is null || now < _judgeAt)
        {
            return Reason.None;
        }

        _judgeAt = now + seat.JudgeEvery;
        return seat.Judge(now);
    }

    // Who only lists has no station to say how long a send may take; the engine's own bound stays.
    private static TimeSpan StallMax(Seat? seat) => seat?.Station.Options.StallMax ?? TimeSpan.MaxValue;
}
