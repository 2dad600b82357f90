using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// Holds what a session sends to its limits: bytes in a batch, bytes a second, and that a send makes progress. Part of the session's turn.
/// </summary>
internal struct SendWatch(AudioServerOptions options)
{
    private Instant _roomAt = Instant.Never;
    private Instant _sendingSince = Instant.Never;

    /// <summary>When to look again.</summary>
    internal readonly Instant Deadline(TimeSpan stallMax) => Instant.Earlier(_roomAt, _sendingSince + stallMax);

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
    internal void Began(SendBatch batch, ref ConnectionWatch watch, Instant now)
    {
        watch.Sent(batch.Bytes, now);
        _sendingSince = batch.IsEmpty ? Instant.Never : now;
    }

    /// <summary>The send made progress.</summary>
    internal void Done() => _sendingSince = Instant.Never;

    /// <summary><see cref="Reason.SendStalled"/> when the send under way has made none for that long.</summary>
    internal readonly Reason Check(TimeSpan stallMax, Instant now) =>
        _sendingSince != Instant.Never && now - _sendingSince >= stallMax ? Reason.SendStalled : Reason.None;
}
