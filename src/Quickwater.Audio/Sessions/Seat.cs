using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// One listener's place at a station, whatever its protocol (docs/adr/0030): its subscription, entered in the station's books, and what becomes of it when it lags. Part of the session's
/// turn.
/// </summary>
internal sealed class Seat : IDisposable
{
    // The minute of StationOptions.SkipsPerMinuteMax.
    private static readonly TimeSpan s_skipWindow = TimeSpan.FromMinutes(1);

    // How often a listener is judged that has a send under way: often enough that it is never far beyond its bounds.
    private static readonly TimeSpan s_judgeMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_judgeMax = TimeSpan.FromSeconds(1);

    private readonly Subscription _subscription;
    private readonly Queue<Instant> _skips = new();
    private long _dropped;
    private bool _live;
    private Instant? _caughtUpAt; // when it had everything for the last time
    private bool _warned;
    private Reason _why;

    private Seat(Station station, Subscription subscription)
    {
        Station = station;
        _subscription = subscription;
        _live = subscription.JoinedLive;

        var bounds = subscription.Options;
        var bytesTime = station.Format.IsValid ? bounds.LagBytesMax / (double)station.Format.BytesPerSecond : double.MaxValue;
        var least = Math.Min(bounds.LagTimeMax.TotalSeconds, bytesTime) / 8;
        JudgeEvery = TimeSpan.FromSeconds(Math.Clamp(least, s_judgeMin.TotalSeconds, s_judgeMax.TotalSeconds));
    }

    internal Station Station { get; }

    internal Subscription Subscription => _subscription;

    /// <summary>How long a send may be under way before <see cref="Judge"/>, and again after it.</summary>
    internal TimeSpan JudgeEvery { get; }

    /// <summary>Whether the station was on the air as far as it was told.</summary>
    internal bool IsLive => _live;

    /// <summary>
    /// Takes a place. Reasons: <see cref="Reason.TooManySubscribers"/>, <see cref="Reason.ByteRateExceeded"/> when the limits cannot carry the station,
    /// <see cref="Reason.StreamEnded"/> when it is over.
    /// </summary>
    internal static Reason TryTake(
        AudioServer server, Station station, IWireForm form, TimeSpan burst, IMailbox mailbox, Instant now, out Seat? seat)
    {
        seat = null;
        if (station.Ended != Reason.None)
        {
            return Reason.StreamEnded;
        }

        var limits = server.Options.Limits;
        if (RateNeeded(station, form) > (limits.SentBytesPerSecondMax ?? long.MaxValue))
        {
            return Reason.ByteRateExceeded;
        }

        var refused = station.Listeners.TryEnter();
        if (refused != Reason.None)
        {
            return refused;
        }

        var options = station.Options;
        var place = new SubscribeOptions
        {
            Replay = burst > TimeSpan.Zero ? Replay.Gop : Replay.LastConfig,
            StartBehind = burst,
            Policy = options.SkipsPerMinuteMax == 0 ? SlowPolicy.CloseSlow : SlowPolicy.DropOldest,
            LagTimeMax = options.LagMax,
            LagBytesMax = limits.PendingBytesMax,
            AudioLagTimeMax = TimeSpan.FromHours(1), // the bounds above skip, and say so; nothing may go without a word
            CatchUpMax = burst + options.LagMax,
            CatchUpBytesMax = limits.PendingBytesMax,
            BatchTimeMax = TimeSpan.FromMilliseconds(100),
            TellsSkips = true,
            TellsConfigs = !ReferenceEquals(form, AudioWireForm.Instance), // which has them among its messages
        };
        refused = server.Hub.Subscribe(station.Name, form, station.Share(place), mailbox, now, out var subscription);
        if (subscription is null)
        {
            station.Listeners.Leave(null, refused);
            return refused;
        }

        seat = new Seat(station, subscription);
        return Reason.None;
    }

    /// <summary>The bytes a second that a station sends, with what stands in front of its samples.</summary>
    internal static long RateNeeded(Station station, IWireForm form)
    {
        var format = station.Format;
        var before = ReferenceEquals(form, AudioWireForm.Instance) ? AudioWire.HeaderBytes + AudioWire.AudioPrefixBytes : 0;
        return format.IsValid ? format.BytesPerSecond + (long)(before / station.Options.Chunk.TotalSeconds) : 0;
    }

    /// <summary>Reads a little of what <see cref="Fill"/> will read: see <see cref="ISession.Warm"/>.</summary>
    internal long Warm() => _dropped + (_caughtUpAt?.Ticks ?? 0) + _subscription.Warm();

    /// <summary>Writes what is next for this listener: frames, and notices between them. None while there is more to come.</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="holder">Who is told of what happens between frames.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="more">Whether the batch is full and may end within a message.</param>
    /// <returns>Why it is over, if it is.</returns>
    internal Reason Fill(SendBatch batch, ISeated holder, Instant now, out bool more)
    {
        more = false;
        Warn(batch, holder, now);
        while (true)
        {
            switch (_subscription.Fill(batch, now))
            {
                case FillStatus.CaughtUp:
                    _caughtUpAt = now;
                    return _live || Station.Ended == Reason.None ? Reason.None : Reason.StreamEnded;
                case FillStatus.More:
                    more = true;
                    return Reason.None;
                case FillStatus.StreamStarted:
                    holder.Tell(batch, new Notice(NoticeKind.OnAir));
                    _live = true;
                    break;
                case FillStatus.Configured:
                    var ended = Configure(batch, holder);
                    if (ended != Reason.None)
                    {
                        return ended;
                    }

                    break;
                case FillStatus.StreamEnded:
                    // Not yet the end of it: behind the end of one publication another may lie, also of a station that is over by now.
                    _live = false;
                    holder.Tell(batch, new Notice(NoticeKind.OffAir, _subscription.StreamEndReason));
                    break;
                case FillStatus.Skipped:
                    if (!Skip(batch, holder, now))
                    {
                        return Reason.LagTimeExceeded;
                    }

                    break;
                default:
                    return _subscription.Ended;
            }
        }
    }

    /// <summary>Keeps the bounds of a listener who is not reading. The answer is why it is over, if it is.</summary>
    internal Reason Judge(Instant now) => _subscription.Judge(now);

    /// <summary>Why it will have ended, for the station's books.</summary>
    internal void EndsFor(Reason why) => _why = _why == Reason.None ? why : _why;

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription.Dispose();
        Station.Listeners.Leave(_subscription, _why == Reason.None ? Reason.Disposed : _why);
    }

    // Half way to the skip the client is told, once for each time that it falls behind. Who had everything a moment ago need not be asked for, which would
    // take the topic's lock once more for each send.
    private void Warn(SendBatch batch, ISeated holder, Instant now)
    {
        if (_caughtUpAt is not { } at)
        {
            return;
        }

        if (now - at < Station.Options.LagMax / 4)
        {
            _warned = false;
            return;
        }

        var lag = _subscription.Stats.LagTime;
        if (!_warned && lag > Station.Options.LagMax / 2)
        {
            _warned = true;
            holder.Tell(batch, new Notice(NoticeKind.Throttled, Reason.LagTimeExceeded, (long)lag.TotalMilliseconds));
        }
        else if (lag < Station.Options.LagMax / 4)
        {
            _warned = false;
        }
    }

    private Reason Configure(SendBatch batch, ISeated holder)
    {
        FormatNotice.TryRead(Body(Station.FormatTrack), out var format);
        Title.TryRead(Body(Station.TitleTrack), out var title);
        return holder.Configure(batch, format.Format, title.Text);
    }

    // Stations publish them as whole messages.
    private ReadOnlySpan<byte> Body(byte track)
    {
        var message = _subscription.FindConfig(FrameKind.Data, track).Span;
        return message.IsEmpty ? message : message[AudioWire.HeaderBytes..];
    }

    // Tells of the gap that stands here. False when there were too many.
    private bool Skip(SendBatch batch, ISeated holder, Instant now)
    {
        var drops = _subscription.Drops;
        var frames = drops.Total - _dropped;
        _dropped = drops.Total;
        var format = Station.Format;
        var time = format.TimeOf(frames * format.FramesIn(Station.Options.Chunk));
        holder.Tell(batch, new Notice(NoticeKind.Skipped, drops.Latest, (long)time.TotalMilliseconds));
        while (_skips.TryPeek(out var oldest) && now - oldest > s_skipWindow)
        {
            _skips.Dequeue();
        }

        _skips.Enqueue(now);
        return _skips.Count <= Station.Options.SkipsPerMinuteMax;
    }
}
