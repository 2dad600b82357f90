using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Where one viewer stands in the ring of its wire form, and which frames it gets: joining, catching up, bounds, drops, configurations. All
/// of it happens under the topic's lock.
/// </summary>
internal sealed class RingCursor
{
    private readonly Topic _topic;
    private readonly WireRing _ring;
    private readonly SubscribeOptions _options;
    private readonly DropCounts _drops;
    private readonly IMarks? _marks;
    private readonly uint? _patch;
    private readonly int _patchOffset;

    private long _cursor;
    private ConfigFollower _configs = new();
    private PublicationFollower _publication;
    private long _pausedAt = -1; // where its pause began; -1 when it is not paused
    private HeldBytes _held;
    private KeyGate _gate;
    private LagBounds _bounds;
    private ViewerLedger _ledger;

    internal RingCursor(
        Topic topic, WireRing ring, SubscribeOptions options, DropCounts drops, IMailbox mailbox, uint? patch, int patchOffset, Instant now)
    {
        (_topic, _ring, _options, _drops) = (topic, ring, options, drops);
        _bounds = new LagBounds(options, now);
        (_patch, _patchOffset, Mailbox) = (patch, patchOffset, mailbox);
        _marks = topic.Hub.Engine.Options.Marks;
        _publication = new PublicationFollower(topic.IsLive, topic.Epoch, options.TellsConfigs);
        JoinAt();
        _ledger = new ViewerLedger(ring, _cursor);
    }

    internal IMailbox Mailbox { get; }

    /// <summary>Whether it stands in the ring's list of those to wake.</summary>
    internal bool IsWaiting { get; set; }

    internal bool WantsVideo { get; private set; } = true;

    internal bool WantsAudio { get; private set; } = true;

    /// <summary>Why the policy ended it.</summary>
    internal Reason Ended { get; private set; }

    internal Reason StreamEndReason => _publication.EndReason;

    internal ConfigSet ToldConfig => _publication.ToldConfig;

    /// <summary>Why it has dropped or skipped for the first time; the one who tells of it takes it.</summary>
    internal Reason Lagged { get; private set; }

    internal bool IsAtLiveEdge => HasPassed(_ring.Next);

    /// <summary>Whether nothing in front of that place is before it any more.</summary>
    internal bool HasPassed(long place) => _cursor >= place && _held.IsEmpty;

    internal long Warm() => _cursor + _configs.Version + _pausedAt + _publication.Epoch + (_held.IsEmpty ? 0 : 1) + (_gate.IsOpen ? 0 : 1)
        + (_bounds.HasCaughtUp ? 0 : 1) + _ledger.Bytes;

    internal void Select(bool video, bool audio, bool paused)
    {
        if (_pausedAt >= 0 && !paused)
        {
            // What it was passed by since the latest key it gets after all: it goes on as somebody who joins.
            NoteLoss();
            var at = _ring.KeyBetween(_pausedAt, _cursor, _topic.StreamClock, _options.LagTimeMax);
            _ledger.Filtered -= _cursor - at;
            (_cursor, WantsVideo) = (at, false);
            _ledger.StandAt(_ring, at);
        }

        if (video && !WantsVideo)
        {
            _gate.Shut(_cursor, Reason.AwaitingKey);
        }

        (WantsVideo, WantsAudio) = (video, audio);
        _pausedAt = !paused ? -1 : _pausedAt < 0 ? _cursor : _pausedAt;
    }

    /// <summary>Sends what is held, and keeps the bounds. False when the batch is full already.</summary>
    internal bool Prepare(SendBatch batch, Instant now)
    {
        if (SendHeld(batch))
        {
            batch.UnsentBytesMax = _bounds.UnsentBytes(_topic.BytesPerSecond);
            Judge(batch, now);
        }

        return _held.IsEmpty;
    }

    /// <summary>Keeps the bounds; without a batch, those of a viewer to which a send is under way.</summary>
    internal void Judge(SendBatch? batch, Instant now)
    {
        KeepWithinBounds(batch, now);
        _ledger.StandAt(_ring, _cursor);
    }

    /// <summary>Sends the next frames.</summary>
    internal FillStatus Fill(SendBatch batch)
    {
        var status = SendFrames(batch);
        _ledger.StandAt(_ring, _cursor);
        return status;
    }

    /// <summary>Sends what is held of a frame or of configurations. True when nothing is left of it.</summary>
    internal bool SendHeld(SendBatch batch)
    {
        var cut = _held.HasFrame;
        _ledger.Bytes += _held.Send(batch);
        _ledger.Delivered += cut && !_held.HasFrame ? 1 : 0;
        return _held.IsEmpty;
    }

    /// <summary>
    /// Counts what the ring let go of before this viewer had it, and stands behind it; video waits for a key there. So the counts are whole
    /// whenever somebody asks, also of a viewer that stands still.
    /// </summary>
    internal void NoteLoss()
    {
        if (_cursor >= _ring.First)
        {
            return;
        }

        _marks?.Hit("fell-behind-ring");
        _drops.Add(Reason.FellBehindRing, _ledger.FallBehind(_ring));
        _cursor = _ring.First;
        Ended = _options.Policy != SlowPolicy.CloseSlow ? Ended
            : LagAt(_cursor).Time >= _options.LagTimeMax ? Reason.LagTimeExceeded : Reason.FellBehindRing;
        Shut(_cursor, Reason.FellBehindRing);
    }

    /// <summary>The ledger now.</summary>
    internal SubscriptionStats Count()
    {
        NoteLoss();
        return _ledger.Read(_ring, _cursor, _drops.Total, _held, LagAt(_cursor));
    }

    internal void Free() => _held.Free();

    internal void Announce(bool video, bool audio)
    {
        _configs.Announce(video, audio, _topic.Config, _ring.Next);
        (WantsVideo, WantsAudio) = (video, audio);
    }

    private void JoinAt()
    {
        var clock = _topic.StreamClock;
        var key = _ring.NearKey(clock, _options.CatchesUp ? TimeSpan.MaxValue : _options.LagTimeMax);
        if (_options.Replay == Replay.Gop && key >= 0)
        {
            _cursor = _options.StartBehind > TimeSpan.Zero ? _ring.KeyWithin(_options.StartBehind, clock) : key;
            _configs.Join(_ring, _cursor, _topic.Config);
            _marks?.Hit("join-at-key");
            return;
        }

        _cursor = _ring.Next;
        _configs.Join(_options.Replay == Replay.None ? _topic.Config : null);
        _gate.Shut(_cursor, Reason.AwaitingKey);
    }

    private Lag LagAt(long place) => _ring.LagAt(place, _topic.StreamClock);

    private void Shut(long from, Reason why)
    {
        _gate.Shut(from, why);
        Lagged = Lagged == Reason.None ? why : Lagged;
    }

    private bool GetsVideo => _topic.HasVideo && WantsVideo;

    private void KeepWithinBounds(SendBatch? batch, Instant now)
    {
        NoteLoss();
        _gate.Thins = Reason.None;
        if (_cursor == _ring.Next || _gate.IsDropping)
        {
            return; // nothing to be late with, or dropping already
        }

        var lag = LagAt(_cursor);
        var timeMax = _options.Policy != SlowPolicy.DropToKey || GetsVideo ? _options.LagTimeMax : _options.AudioLagTimeMax;
        var why = _bounds.Exceeded(lag, timeMax, _topic.BytesPerSecond, batch, now);
        if (why != Reason.None)
        {
            ActOnLag(why);
        }
        else if (_options.Policy == SlowPolicy.DropToKey)
        {
            _gate.Thins = _bounds.Thins(lag);
        }
    }

    private void ActOnLag(Reason why)
    {
        switch (_options.Policy)
        {
            case SlowPolicy.CloseSlow:
                Ended = why;
                _marks?.Hit("close-slow");
                break;
            case SlowPolicy.DropToKey when GetsVideo:
                Shut(_cursor, why);
                _marks?.Hit("drop-to-key");
                break;
            default:
                var target = _ring.LatestKey > _cursor ? _ring.LatestKey : _ring.Next;
                Shut(target, why);
                SkipTo(target, why);
                _gate.Shut(target, Reason.AwaitingKey);
                _marks?.Hit("skip-to-live");
                break;
        }
    }

    // Everything before the target goes, but the end of a publication, which the session must hear of.
    private void SkipTo(long target, Reason why)
    {
        for (; _cursor < target && !_ring[_cursor].IsEnd; _cursor++)
        {
            if (_ring[_cursor].IsConfig)
            {
                _ledger.Delivered++; // the set in force goes out before the next frame
            }
            else
            {
                _drops.Add(why, _ring[_cursor].Kind, 1);
            }
        }
    }

    private FillStatus SendFrames(SendBatch batch)
    {
        long? until = null;
        while (true)
        {
            if (_cursor == _ring.Next)
            {
                _bounds.MetLiveEdge();
                _ring.Wait(this);
                return FillStatus.CaughtUp;
            }

            if (batch.Room <= 0)
            {
                return FillStatus.More;
            }

            ref var entry = ref _ring[_cursor];
            if (_publication.Meet(entry) is { } border)
            {
                if (border == FillStatus.StreamStarted)
                {
                    _gate.StartPublication(_cursor); // its frames do not build on the old one's
                }

                return border;
            }

            if (_configs.IsUnannounced(entry, _cursor))
            {
                Ended = Reason.FormatChanged;
                return FillStatus.Over;
            }

            if (PassOver(ref entry))
            {
                continue; // the cursor moved over it
            }

            if (_bounds.HasCaughtUp && entry.Clock > (until ??= entry.Clock + (long)_options.BatchTimeMax.TotalMilliseconds))
            {
                return FillStatus.More;
            }

            var whole = NeedsConfig(ref entry) ? SendHeld(batch) : Send(batch, ref entry, until);
            if (!whole)
            {
                return FillStatus.More;
            }
        }
    }

    // Whether this frame is not for this viewer: unwanted, or dropped. Counts it if so.
    private bool PassOver(ref WireRing.Entry entry)
    {
        if (entry.IsEnd)
        {
            _cursor++;
            return true;
        }

        var left = _configs.LeavesOut(_ring, entry, _cursor);
        if (left is null && entry.IsConfig && _pausedAt < 0)
        {
            return false;
        }

        if (left == Reason.None || (left is null && IsUnwanted(entry.Kind)))
        {
            _ledger.Filtered++;
            _cursor++;
            return true;
        }

        var why = left ?? _gate.Judge(entry, _cursor, _cursor == _ring.LatestKey, LagAt(_cursor), _options, _marks);
        if (why != Reason.None)
        {
            _drops.Add(why, entry.Kind, Mutants.UncountedDrop ? 0 : 1);
            _cursor++;
        }

        return why != Reason.None;
    }

    private bool IsUnwanted(FrameKind kind) =>
        _pausedAt >= 0 || (kind == FrameKind.Video && !WantsVideo) || (kind == FrameKind.Audio && !WantsAudio);

    // Before a frame goes out the viewer must have the configurations in force at it.
    private bool NeedsConfig(ref WireRing.Entry entry)
    {
        if (_configs.Missing(_ring, entry, _cursor) is not { } set)
        {
            return false;
        }

        if (entry.IsConfig)
        {
            _ledger.Delivered++; // it is part of the set
            _cursor++;
        }

        _held.HoldConfigs(set.Encode(_ring.Form, entry.Time, _patch, _patchOffset));
        _marks?.Hit("config-before-frame");
        return true;
    }

    // Sends a frame and those behind it that need no second look. False when the batch is full within a frame.
    private bool Send(SendBatch batch, ref WireRing.Entry entry, long? until)
    {
        var segment = entry.Segment
            ?? throw new InvalidOperationException("An end of a publication was about to be sent as a frame.");
        _gate.Passed(entry);
        var (offset, length) = (entry.Offset, entry.Length);
        if (_patch is { } number)
        {
            var head = segment.WritePatched(batch, offset, _patchOffset, number);
            _ledger.Bytes += head;
            offset += head;
            length -= head;
        }

        _cursor++;
        var room = Math.Max(0, batch.Room);
        if (length <= room)
        {
            var frames = length + Extend(ref entry, room - length, until);
            batch.Reference(segment.Memory(offset, frames), segment);
            _ledger.Bytes += frames;
            _ledger.Delivered++;
            return true;
        }

        batch.Reference(segment.Memory(offset, room), segment);
        _ledger.Bytes += room;
        _held.HoldFrame(segment, offset + room, length - room);
        _marks?.Hit("frame-split-between-batches");
        return false;
    }

    // Whole frames that lie directly behind this one and go to this viewer just as it does are one slice with it. A small frame would
    // otherwise cost more to judge than to send.
    private int Extend(ref WireRing.Entry entry, int room, long? until)
    {
        if (!_gate.IsOpen || !_configs.IsWhole(_cursor) || _patch is not null || !WantsVideo || !WantsAudio)
        {
            return 0;
        }

        var from = _cursor;
        var bytes = _ring.Slice(ref _cursor, entry, room, !_bounds.HasCaughtUp || until is null ? long.MaxValue : until.Value, _gate.Open);
        _ledger.Delivered += _cursor - from;
        return bytes;
    }
}
