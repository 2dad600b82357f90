using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// One viewer's place in a topic: a cursor into the ring of its wire form, with bounds and a policy. It belongs to its session's
/// turn; only the statistics may be read from elsewhere.
/// </summary>
public sealed class Subscription : IDisposable
{
    private readonly WireRing _ring;
    private readonly DropCounts _drops = new();
    private SubscriptionStats? _final;
    private bool _toldOfLag;
    private long _toldDrops;

    internal Subscription(
        Topic topic, WireRing ring, SubscribeOptions options, IMailbox mailbox, uint? patch, int patchOffset, Instant now)
    {
        _ring = ring;
        Topic = topic;
        Options = options;
        JoinedLive = topic.IsLive;
        Cursor = new RingCursor(topic, ring, options, _drops, mailbox, patch, patchOffset, now);
    }

    /// <summary>The topic.</summary>
    public Topic Topic { get; }

    /// <summary>Whether the topic had a publisher when the viewer joined; later <see cref="FillStatus"/> tells.</summary>
    public bool JoinedLive { get; }

    /// <summary>Why the last publication ended.</summary>
    public Reason StreamEndReason => Cursor.StreamEndReason;

    /// <summary>Why the subscription is over: the policy closed it, or it was disposed.</summary>
    public Reason Ended { get; private set; }

    /// <summary>Whether video is wanted. Turning it on again resumes at a key.</summary>
    public bool WantsVideo => Cursor.WantsVideo;

    /// <summary>Whether audio is wanted.</summary>
    public bool WantsAudio => Cursor.WantsAudio;

    /// <summary>Frames it did not get, by reason and kind; those among them that a viewer who stands still has lost by now.</summary>
    public DropCounts Drops
    {
        get
        {
            lock (Topic.Lock)
            {
                if (_final is null)
                {
                    Cursor.NoteLoss();
                }
            }

            return _drops;
        }
    }

    /// <summary>How it joined: its own bounds and policy.</summary>
    public SubscribeOptions Options { get; }

    /// <summary>The ledger, from any thread. After the viewer has left, as it was then.</summary>
    public SubscriptionStats Stats
    {
        get
        {
            lock (Topic.Lock)
            {
                return _final ?? Cursor.Count();
            }
        }
    }

    /// <summary>Whether nothing is before it any more: no frame, no part of one, and no end of a publication.</summary>
    public bool HasCaughtUp
    {
        get
        {
            lock (Topic.Lock)
            {
                return Cursor.IsAtLiveEdge;
            }
        }
    }

    /// <summary>The place of the live edge now, for <see cref="HasPassed"/>.</summary>
    public long LiveEdge
    {
        get
        {
            lock (Topic.Lock)
            {
                return _ring.Next;
            }
        }
    }

    /// <summary>Who views: the connection, when an engine runs the session.</summary>
    public IMailbox Mailbox => Cursor.Mailbox;

    internal RingCursor Cursor { get; }

    /// <summary>Reads a little of what <see cref="Fill"/> will read: see <see cref="ISession.Warm"/>.</summary>
    public long Warm() => _toldDrops + _drops.Total + Cursor.Warm();

    /// <summary>
    /// Says which kinds of media are wanted, and whether any is now. A paused viewer is passed by, and told of starts and ends all the
    /// same; when its pause is over it goes on at the latest key that it has not had, or at the next one.
    /// </summary>
    public void Select(bool video, bool audio, bool paused = false)
    {
        lock (Topic.Lock)
        {
            Cursor.Select(video, audio, paused);
        }
    }

    /// <summary>
    /// Says which kinds of media the viewer was told of. From now on it gets these only, with their configurations, and metadata. A frame of
    /// another kind that is published after this call, or of another codec, ends the subscription with <see cref="Reason.FormatChanged"/>.
    /// </summary>
    public void Announce(bool video, bool audio)
    {
        lock (Topic.Lock)
        {
            Cursor.Announce(video, audio);
        }
    }

    /// <summary>Asks to be woken when more is published, by a viewer that takes nothing yet.</summary>
    public void Wait()
    {
        lock (Topic.Lock)
        {
            _ring.Wait(Cursor);
        }
    }

    /// <summary>
    /// Writes the next bytes for this viewer into the batch, by reference, dropping by its policy at frame boundaries only.
    /// Called from the session's <see cref="ISession.Transmit"/>.
    /// </summary>
    public FillStatus Fill(SendBatch batch, Instant now)
    {
        FillStatus status;
        Reason lagged;
        lock (Topic.Lock)
        {
            if (Ended != Reason.None)
            {
                return FillStatus.Over;
            }

            var ready = Cursor.Prepare(batch, now);
            Ended = Cursor.Ended;
            status = !ready ? FillStatus.More
                : Ended != Reason.None ? FillStatus.Over
                : Options.TellsSkips && _drops.Total > _toldDrops && !Mutants.UntoldSkip ? FillStatus.Skipped
                : Cursor.Fill(batch);
            Ended = Cursor.Ended;
            _toldDrops = ready ? _drops.Total : _toldDrops;
            lagged = _toldOfLag ? Reason.None : Cursor.Lagged;
            _toldOfLag |= lagged != Reason.None;
        }

        if (lagged != Reason.None)
        {
            Topic.Hub.Observer.Lagged(this, lagged);
        }

        return status;
    }

    /// <summary>
    /// Keeps the viewer's bounds while a send to it is under way, as <see cref="Fill"/> does when it is not: one that does not read would otherwise be judged only
    /// once it reads. Called from the session's <see cref="ISession.Tick"/>. The answer is why the policy ended it, if it did.
    /// </summary>
    public Reason Judge(Instant now)
    {
        lock (Topic.Lock)
        {
            if (Ended == Reason.None)
            {
                Cursor.Judge(null, now);
                Ended = Cursor.Ended;
            }

            return Ended;
        }
    }

    /// <summary>Whether it was given or passed by everything in front of that place, which <see cref="LiveEdge"/> gave.</summary>
    public bool HasPassed(long place)
    {
        lock (Topic.Lock)
        {
            return Cursor.HasPassed(place);
        }
    }

    /// <summary>
    /// The configuration of a kind and track as of the latest <see cref="FillStatus.Configured"/>, as it was published; empty if there is none. Part of
    /// the session's turn.
    /// </summary>
    public ReadOnlyMemory<byte> FindConfig(FrameKind kind, byte track = 0) => Cursor.ToldConfig.Find(kind, track);

    /// <summary>
    /// Sends the rest of what the batch before had no room for. True when nothing is left, so that other messages may stand here:
    /// inside a frame they would break it.
    /// </summary>
    public bool Finish(SendBatch batch)
    {
        lock (Topic.Lock)
        {
            return Cursor.SendHeld(batch);
        }
    }

    /// <summary>Leaves the topic.</summary>
    public void Dispose()
    {
        lock (Topic.Lock)
        {
            if (Ended == Reason.None)
            {
                Ended = Reason.Disposed;
            }

            if (_final is not null)
            {
                return;
            }

            var final = Cursor.Count();
            _final = final;
            Topic.Leave(this, _ring, final);
            Cursor.Free();
        }

        Topic.Hub.Left(this);
    }
}
