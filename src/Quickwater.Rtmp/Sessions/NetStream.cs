using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// One message stream of a server connection: it publishes, plays, waits, or does nothing. A connection may have several, each on its
/// own id. Belongs to its session's turn.
/// </summary>
internal sealed class NetStream
{
    // A tenth of the time between two pictures: nobody sees it, and one thread sees to some two hundred viewers in it.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(2);

    private readonly RtmpServer _server;
    private readonly RtmpLink _link;
    private readonly ConnectionInfo _connection;
    private readonly IMailbox _mailbox;
    private FrameMaker? _maker;
    private Publication? _silenced; // given up because nothing came; media takes it up again
    private Instant _waitUntil = Instant.Never;
    private Instant _silentAt = Instant.Never;
    private Instant _stopAt = Instant.Never; // a player that asked for no longer
    private PlayOptions _wanted;
    private Subscription? _leaving; // left inside a frame, whose rest must still go out
    private bool _cut; // a frame may be cut between two batches
    private bool _published; // since viewers were woken last

    internal NetStream(uint id, RtmpServer server, RtmpLink link, ConnectionInfo connection, IMailbox mailbox)
    {
        Id = id;
        _server = server;
        _link = link;
        _connection = connection;
        _mailbox = mailbox;
    }

    internal uint Id { get; }

    /// <summary>Whether it is to send video of what it plays, now or later.</summary>
    internal bool WantsVideo { get; private set; } = true;

    /// <summary>Whether it is to send audio of what it plays, now or later.</summary>
    internal bool WantsAudio { get; private set; } = true;

    internal Publication? Publication { get; private set; }

    internal Subscription? Subscription { get; private set; }

    /// <summary>What it publishes or plays, while it does.</summary>
    internal StreamAddress Address { get; private set; }

    /// <summary>What the access policy let it do, while it does it.</summary>
    internal AccessContext? Access { get; private set; }

    internal bool IsPublisher => _maker is not null;

    /// <summary>Whether it was ever asked to publish, allowed or not: what comes on it is meant for it.</summary>
    internal bool WasAskedToPublish { get; private set; }

    internal bool IsPaused { get; private set; }

    internal Instant Deadline => Instant.Earlier(Instant.Earlier(_waitUntil, _stopAt), _silentAt);

    /// <summary>Begins to publish, or tells the client why not; the answer is the reason.</summary>
    internal Reason Publish(in StreamAddress address, AccessContext access, string type, Instant now)
    {
        Close(Reason.Completed);
        WasAskedToPublish = true;
        var refused = _server.Hub.Publish(address.Topic, _connection, _mailbox, out var publication);
        if (refused != Reason.None)
        {
            return RefusePublish(address, refused);
        }

        (Address, Access, Publication) = (address, access, publication);
        _maker = new FrameMaker(_server.Hub, _server.Options.Limits);
        _link.TakesMedia = true; // for good: what is under way when it ends must not end the connection
        _silentAt = NextSilence(now);
        _link.SendUserControl(UserControlEvent.StreamBegin, Id);
        RtmpReplies.Status(_link, Id, "NetStream.Publish.Start", $"Publishing {address.Topic}.");
        if (type is "record" or "append")
        {
            RtmpReplies.Status(
                _link, Id, "NetStream.Record.Failed", $"{address.Topic} is live, and it is not recorded: this server does not.", level: "warning");
        }

        return Reason.None;
    }

    /// <summary>Tells the client that it may not publish; the answer is the reason.</summary>
    internal Reason RefusePublish(in StreamAddress address, Reason why)
    {
        WasAskedToPublish = true;
        var help = why == Reason.KeyRequired ? $" Give it behind the name: {address.Stream}?key=KEY." : "";
        RtmpReplies.Status(
            _link, Id, RtmpReplies.PublishCode(why), $"Cannot publish {Name(address, why)}: {why.Text()}.{help}", level: "error");
        return why;
    }

    /// <summary>Begins to play or to wait, or tells the client why not; the answer is the reason.</summary>
    internal Reason Play(in StreamAddress address, AccessContext access, in PlayOptions options, Instant now)
    {
        if (options.Transition is not null && Subscription is { Topic.IsLive: true })
        {
            return Switch(address, access, options, now);
        }

        if (options.Transition is not null && Subscription is not null && _waitUntil == Instant.Never)
        {
            RtmpReplies.PlayEnded(_link, Id, Address.Topic); // it is over, and what was left of it is given up
        }

        Close(Reason.Completed);
        var refused = Subscribe(address, now, out var subscription);
        if (subscription is null)
        {
            return RefusePlay(address, refused);
        }

        if (!subscription.JoinedLive && _server.Options.WaitForStream <= TimeSpan.Zero)
        {
            subscription.Dispose();
            return RefusePlay(address, Reason.StreamNotFound);
        }

        View(subscription, address, access, options);
        if (subscription.JoinedLive)
        {
            Started(now);
        }
        else
        {
            _waitUntil = now + _server.Options.WaitForStream;
        }

        return Reason.None;
    }

    /// <summary>Tells the client that it may not play; the answer is the reason.</summary>
    internal Reason RefusePlay(in StreamAddress address, Reason why)
    {
        RtmpReplies.Status(_link, Id, RtmpReplies.PlayCode(why), $"Cannot play {Name(address, why)}: {why.Text()}.", level: "error");
        return why;
    }

    internal void Select(bool video, bool audio)
    {
        WantsVideo = video;
        WantsAudio = audio;
        Subscription?.Select(video, audio, IsPaused);
    }

    internal void Pause(bool pause)
    {
        if (Subscription is null)
        {
            return;
        }

        IsPaused = pause;
        Subscription.Select(WantsVideo, WantsAudio, pause);
        RtmpReplies.Status(
            _link, Id, pause ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify",
            $"{(pause ? "Paused" : "Resumed")} {Address.Topic}.");
    }

    /// <summary>Takes a media message; its payload is owned by this call.</summary>
    internal void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        if (_maker is null)
        {
            payload.Release(); // media before publish, or after it was refused: skipped
            return;
        }

        if (_maker.Make(type, timestamp, payload) is not { } frame)
        {
            return;
        }

        if ((Publication ?? TakeUpAgain()) is not { } publication)
        {
            frame.Release();
            return;
        }

        _silentAt = NextSilence(now);
        publication.Publish(frame, now);
        _published = true;
    }

    /// <summary>
    /// Wakes the viewers of what was published, if anything was. They may sit on this very connection: waking them for nothing, whenever it
    /// has a turn, would give it turns for ever.
    /// </summary>
    internal void Flush(Instant now)
    {
        if (_published)
        {
            _published = false;
            Publication?.Flush(now, s_patience);
        }
    }

    internal void Tick(Instant now)
    {
        if (_waitUntil <= now)
        {
            _waitUntil = Instant.Never;
            if (Subscription is { Topic.IsLive: false }) // else it has come, and is about to be told
            {
                RefusePlay(Address, Reason.StreamNotFound);
                LeaveTopic();
            }
        }

        if (_stopAt <= now)
        {
            RtmpReplies.PlayStopped(_link, Id, Address.Topic);
            LeaveTopic();
        }

        if (_silentAt <= now)
        {
            _silentAt = Instant.Never;
            Publication?.End(Reason.IdleTimeout);
            _silenced = Publication ?? _silenced;
            Publication = null;
        }
    }

    internal long Warm() => _waitUntil.Ticks + _stopAt.Ticks + _silentAt.Ticks + (Subscription?.Warm() ?? 0);

    /// <summary>
    /// Writes the rest of a frame that the batch before had no room for. True when nothing is left: inside a frame nothing else may stand.
    /// </summary>
    internal bool FinishFrame(SendBatch batch)
    {
        if ((_leaving ?? Subscription) is { } viewer && !viewer.Finish(batch))
        {
            return false;
        }

        _cut = false;
        _leaving?.Dispose();
        _leaving = null;
        return true;
    }

    /// <summary>Writes media of what it plays. True when there is more than the batch has room for.</summary>
    internal bool Transmit(SendBatch batch, Instant now, out Reason over)
    {
        over = Reason.None;
        while (Subscription is { } subscription)
        {
            switch (subscription.Fill(batch, now))
            {
                case FillStatus.CaughtUp:
                    return false;
                case FillStatus.More:
                    _cut = true;
                    return true;
                case FillStatus.StreamStarted:
                    Started(now);
                    break;
                case FillStatus.StreamEnded:
                    _waitUntil = now + _server.Options.WaitForStream;
                    RtmpReplies.PlayEnded(_link, Id, Address.Topic);
                    break;
                default:
                    over = subscription.Ended;
                    RtmpReplies.Status(_link, Id, "NetStream.Play.Failed", $"Stopped {Address.Topic}: {over.Text()}.", level: "error");
                    return false;
            }

            // In order with the frames around them.
            if (!_link.Transmit(batch))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends what it publishes and leaves what it plays.</summary>
    internal void Close(Reason why)
    {
        EndPublication(why);
        LeaveTopic();
    }

    /// <summary>The connection is over: lets go of everything.</summary>
    internal void Release(Reason why)
    {
        Close(why);
        _leaving?.Dispose();
        _leaving = null;
    }

    internal void EndPublication(Reason why)
    {
        Publication?.End(why);
        Publication = null;
        _silenced = null;
        _maker = null;
        _silentAt = Instant.Never;
        Access = Subscription is null ? null : Access;
    }

    private Instant NextSilence(Instant now) =>
        _server.Options.PublisherSilenceMax > TimeSpan.Zero ? now + _server.Options.PublisherSilenceMax : Instant.Never;

    private Reason Subscribe(in StreamAddress address, Instant now, out Subscription? subscription) => _server.Hub.Subscribe(
        address.Topic, _server.WireForm, _server.Options.Latencies.Choose(address.Latency, _server.Options.Viewers), _mailbox, now,
        out subscription,
        Id == RtmpWireForm.MessageStream ? null : Id, ChunkEncoder.MessageStreamOffset);

    private void View(Subscription subscription, in StreamAddress address, AccessContext access, in PlayOptions options)
    {
        (Subscription, Address, Access, _wanted) = (subscription, address, access, options);
        subscription.Select(WantsVideo, WantsAudio);
    }

    private void Started(Instant now)
    {
        _waitUntil = Instant.Never;
        if (_wanted.Duration > TimeSpan.Zero && _stopAt == Instant.Never)
        {
            _stopAt = now + _wanted.Duration;
        }

        RtmpReplies.PlayStarted(_link, Id, Address.Topic, _wanted);
    }

    // play2: what plays goes on unless the other one can.
    private Reason Switch(in StreamAddress address, AccessContext access, in PlayOptions options, Instant now)
    {
        var refused = Subscribe(address, now, out var subscription);
        if (subscription is null || !subscription.JoinedLive)
        {
            subscription?.Dispose();
            return RefusePlay(address, subscription is null ? refused : Reason.StreamNotFound);
        }

        LeaveTopic();
        View(subscription, address, access, options);
        RtmpReplies.Status(_link, Id, "NetStream.Play.Transition", $"Going over to {address.Topic}.");
        Started(now);
        return Reason.None;
    }

    // It comes back. The encoder does not know that it was given up: it sends no configurations again.
    private Publication? TakeUpAgain()
    {
        var refused = _server.Hub.Publish(Address.Topic, _connection, _mailbox, out var publication, resumed: _silenced);
        Publication = publication;
        if (refused != Reason.None)
        {
            EndPublication(refused);
            RefusePublish(Address, refused);
        }

        return publication;
    }

    // A name that cannot be used is not repeated: it may be of any length.
    private static string Name(in StreamAddress address, Reason why) => why == Reason.InvalidName ? "that" : address.Topic;

    private void LeaveTopic()
    {
        if (_cut && _leaving is null)
        {
            _leaving = Subscription;
        }
        else
        {
            Subscription?.Dispose();
        }

        Subscription = null;
        Access = IsPublisher ? Access : null;
        _waitUntil = _stopAt = Instant.Never;
        IsPaused = false;
    }
}
