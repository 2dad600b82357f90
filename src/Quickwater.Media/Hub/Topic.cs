using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// One stream: a publisher at a time, a time line, the configurations in force, a replay, and a ring for each wire form that has a
/// viewer. Thread-safe: publisher and viewers meet under one short lock, in which nothing blocks and no user code runs.
/// </summary>
public sealed class Topic
{
    private readonly HubLimits _limits;
    private readonly ReplayBuffer _replay;
    private readonly List<WireRing> _rings = [];
    private readonly HashSet<Subscription> _viewers = [];
    private readonly FlushTimer _flushTimer;
    private readonly WaitingViewers _waiting;

    private Publication? _publisher;
    private RateMeter _rate;
    private TimeLine _time;
    private KeyWait _keys;
    private TrackWatch _tracks = new();
    private Instant _nextFlush;
    private TimeSpan _patience;
    private double _owed; // the part of the viewers that flushes want woken and that was not yet

    private long _audioFrames;
    private long _videoFrames;
    private long _keyFrames;
    private long _dataFrames;
    private long _bytesIn;
    private long _bytesOut;

    internal Topic(Hub hub, string name)
    {
        Hub = hub;
        Name = name;
        _limits = hub.Limits;
        _replay = new ReplayBuffer(_limits);
        _flushTimer = new FlushTimer(this);
        _waiting = new WaitingViewers(hub.Waiters);
    }

    /// <summary>Its name, unique in the hub.</summary>
    public string Name { get; }

    /// <summary>Whether it has a publisher.</summary>
    public bool IsLive => Volatile.Read(ref _publisher) is not null;

    /// <summary>Who publishes, if anyone does.</summary>
    public ConnectionInfo? Publisher => Volatile.Read(ref _publisher)?.Connection;

    /// <summary>Whether the present publication has video; until then every audio frame is a key.</summary>
    public bool HasVideo { get; private set; }

    /// <summary>Whether the present publication has audio.</summary>
    public bool HasAudio { get; private set; }

    /// <summary>Which kinds of media the present publication, or the last one, really sends.</summary>
    public TrackPresence Tracks
    {
        get
        {
            lock (Lock)
            {
                return _tracks.Presence;
            }
        }
    }

    /// <summary>Frames that viewers who have left did not get, by reason.</summary>
    public DropCounts Drops { get; } = new();

    /// <summary>A snapshot of the counters.</summary>
    public TopicStats Stats
    {
        get
        {
            lock (Lock)
            {
                var held = _replay.Bytes;
                foreach (var ring in _rings)
                {
                    held += ring.BytesHeld;
                }

                var replay = TimeSpan.FromMilliseconds(StreamClock - (_replay.Oldest ?? StreamClock));
                return new TopicStats(
                    _audioFrames, _videoFrames, _keyFrames, _dataFrames, _bytesIn, _rate.BytesPerSecond, _viewers.Count,
                    _bytesOut, held, replay);
            }
        }
    }

    /// <summary>The viewers now. A snapshot.</summary>
    public IReadOnlyList<Subscription> Viewers
    {
        get
        {
            lock (Lock)
            {
                return [.. _viewers];
            }
        }
    }

    internal Hub Hub { get; }

    internal Lock Lock { get; } = new();

    /// <summary>The stream's own clock, in milliseconds: how much media there was so far, whatever its times say.</summary>
    internal long StreamClock => _time.Clock;

    /// <summary>Number of the present or last publication.</summary>
    internal int Epoch { get; private set; }

    internal ConfigSet Config { get; private set; } = ConfigSet.Empty;

    internal long BytesPerSecond => _rate.BytesPerSecond;

    /// <summary>Under the hub's lock: holds that keep it registered while somebody is about to use it.</summary>
    internal int Pins { get; set; }

    internal bool IsUnused
    {
        get
        {
            lock (Lock)
            {
                return _publisher is null && _viewers.Count == 0;
            }
        }
    }

    /// <summary>The configuration or metadata in force for a kind of media, empty if there is none: as it was published.</summary>
    public ReadOnlyMemory<byte> FindConfig(FrameKind kind, byte track = 0)
    {
        lock (Lock)
        {
            return Config.Find(kind, track);
        }
    }

    /// <summary>
    /// What says which codec a kind of media has now: the decoder's configuration, or the first bytes of a frame of a codec that has none; empty
    /// when there is neither.
    /// </summary>
    public ReadOnlyMemory<byte> FindFormat(FrameKind kind)
    {
        lock (Lock)
        {
            var config = Config.Find(kind, track: 0);
            return config.IsEmpty ? Config.FindHead(kind, track: 0) : config;
        }
    }

    internal Reason Start(Publication publication, Publication? resumed)
    {
        lock (Lock)
        {
            if (_publisher is not null)
            {
                return Reason.StreamBusy;
            }

            Volatile.Write(ref _publisher, publication);
            _waiting.Clear();
            Epoch++;
            _tracks = new TrackWatch();
            _time.StartPublication();
            _keys = resumed?.Keys.Resumed() ?? default;
            HasVideo = resumed?.HadVideo ?? false;
            HasAudio = resumed?.HadAudio ?? false;
            Config = resumed is null ? Config.Cleared() : Config.Resumed(resumed.Config);
        }

        return Reason.None;
    }

    // The caller's reference to the frame is taken over.
    internal void Publish(Publication publication, Frame frame, Instant now)
    {
        TimeSpan gap;
        var keysMissing = false;
        lock (Lock)
        {
            if (!ReferenceEquals(_publisher, publication) || ((frame.Flags & FrameFlags.Empty) != 0 && Config.Has(frame)))
            {
                frame.Release();
                return;
            }

            var time = _time.Map(frame.SourceMilliseconds, now, out gap);
            var flags = Count(frame, now);
            flags |= _keys.Judge(frame, StreamClock, _limits, out keysMissing);

            if (!Keep(frame))
            {
                flags &= ~FrameFlags.Config; // an ordinary frame: what is not kept cannot be made good after a drop
            }

            var most = publication.HeldBytesMax(1 + _rings.Count);
            _replay.Add(frame, flags, time, StreamClock, Config, most);
            foreach (var ring in _rings)
            {
                ring.Append(frame.Kind, flags, time, StreamClock, frame.Payload, Config, Epoch, frame.Tracks);
                ring.Trim(StreamClock, most);
            }
        }

        frame.Release();
        if (gap != TimeSpan.Zero)
        {
            Hub.Observer.TimestampGap(this, gap);
        }

        if (keysMissing)
        {
            Hub.Engine.Options.Marks?.Hit("stream-without-keys");
            Hub.Observer.KeysMissing(this);
        }
    }

    // At the end of the publisher's turn, so that all frames of one receive go out together.
    internal void Flush(Instant now, TimeSpan patience, double part)
    {
        Instant due;
        lock (Lock)
        {
            due = _nextFlush;
            _patience = patience;
            _owed += part;
        }

        if (now < due)
        {
            Hub.Engine.Deadlines.Schedule(_flushTimer, due);
            return;
        }

        WakeWaiters(now);
    }

    internal bool Stop(Publication publication, Reason why)
    {
        lock (Lock)
        {
            if (!ReferenceEquals(_publisher, publication))
            {
                return false;
            }

            Volatile.Write(ref _publisher, null);
            (publication.Config, publication.HadVideo, publication.HadAudio, publication.Keys) = (Config, HasVideo, HasAudio, _keys);
            foreach (var ring in _rings)
            {
                ring.AppendEnd(_time.Edge, StreamClock, why, Config, Epoch);
            }

            _replay.Clear();
            _owed = 1;
        }

        WakeWaiters(Hub.Engine.Clock.Now);
        return true;
    }

    internal Reason Join(IWireForm form, SubscribeOptions options, IMailbox mailbox, Instant now, uint? patch, int patchOffset, out Subscription? joined)
    {
        joined = null;
        lock (Lock)
        {
            var refused = _viewers.Count >= _limits.SubscribersPerTopicMax ? Reason.TooManySubscribers
                : _publisher is null ? _waiting.TryEnter(mailbox)
                : Reason.None;
            if (refused != Reason.None)
            {
                return refused;
            }

            var ring = RingOf(form);
            ring.Subscribers++;
            joined = new Subscription(this, ring, options, mailbox, patch, patchOffset, now);
            _viewers.Add(joined);
            _waiting.Joined(joined);
            return Reason.None;
        }
    }

    // Under the lock, once for each viewer.
    internal void Leave(Subscription viewer, WireRing ring, in SubscriptionStats final)
    {
        _viewers.Remove(viewer);
        _waiting.Leave(viewer);
        foreach (var ((why, kind), frames) in viewer.Drops.ReadByKind())
        {
            Drops.Add(why, kind, frames);
        }

        _bytesOut += final.BytesDelivered;
        if (viewer.Cursor.IsWaiting)
        {
            ring.Forget(viewer.Cursor);
        }

        if (--ring.Subscribers == 0)
        {
            _rings.Remove(ring);
            ring.Free();
        }
    }

    private WireRing RingOf(IWireForm form)
    {
        foreach (var ring in _rings)
        {
            if (ReferenceEquals(ring.Form, form))
            {
                return ring;
            }
        }

        var made = new WireRing(form, Hub.Segments, _limits);
        _replay.CopyTo(made, Epoch);
        _rings.Add(made);
        return made;
    }

    private FrameFlags Count(Frame frame, Instant now)
    {
        _bytesIn += frame.Payload.Length;
        _rate.Add(frame.Payload.Length, now);
        if (!frame.IsConfig)
        {
            _tracks.Note(frame.Kind, now);
        }

        switch (frame.Kind)
        {
            case FrameKind.Video:
                _videoFrames++;
                HasVideo = true;
                _keyFrames += frame.IsKey ? 1 : 0;
                return frame.Flags;
            case FrameKind.Audio:
                _audioFrames++;
                HasAudio = true;
                return HasVideo || frame.IsConfig ? frame.Flags : frame.Flags | FrameFlags.Key;
            default:
                _dataFrames++;
                return frame.Flags;
        }
    }

    private bool Keep(Frame frame)
    {
        var set = !frame.IsConfig ? Config.Met(frame) : frame.Payload.Length <= _limits.ConfigBytesMax ? Config.With(frame) : null;
        if (set is null || set.Bytes > _limits.ConfigBytesMax)
        {
            return !frame.IsConfig;
        }

        if (set.Breaks(Config, FrameKind.Video))
        {
            // Who joins now waits for a key of the new video, instead of getting the old one first.
            _replay.Clear();
            foreach (var ring in _rings)
            {
                ring.ForgetKey();
            }
        }

        Config = set;
        return true;
    }

    // Waking queues turns that take the lock, so it is done without it.
    internal void WakeWaiters(Instant now)
    {
        var woken = Hub.RentWakeList();
        TimeSpan patience;
        lock (Lock)
        {
            patience = _patience;
            _nextFlush = now + _limits.FlushInterval;
            foreach (var ring in _rings)
            {
                ring.TakeWaiters(woken, _owed);
            }

            _owed = 0;
        }

        Hub.Engine.WakeAll(woken, now, patience);
        Hub.ReturnWakeList(woken);
    }
}
