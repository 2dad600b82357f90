using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>
/// Sends one stream as FLV: the file header, then tags from the latest key on. What the viewer sends is ignored. It ends with its stream:
/// a player that wants the next one asks again, with a fresh header.
/// </summary>
internal sealed class FlvViewerSession : ISession, IMediaSession
{
    private readonly Subscription? _subscription;
    private bool _live;
    private bool _headerSent;
    private bool _draining;
    private bool _cut;

    internal FlvViewerSession(Hub hub, string topic, FlvViewerOptions options, IMailbox mailbox, Instant now)
    {
        var refused = hub.Subscribe(topic, FlvWireForm.Instance, options.Viewers, mailbox, now, out _subscription);
        Ended = refused;
        _live = _subscription?.JoinedLive ?? false;
        Deadline = _live ? Instant.Never : now + options.WaitForStream;
    }

    public Reason Ended { get; private set; }

    public Instant Deadline { get; private set; }

    string IMediaSession.State => Ended != Reason.None ? "Disconnected" : _live ? "Subscribing" : "Connected";

    Topic? IMediaSession.Publishes => null;

    Subscription? IMediaSession.Views => _subscription;

    public long Warm() => Deadline.Ticks + (_subscription?.Warm() ?? 0);

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_subscription is null)
        {
            return false;
        }

        if (_cut && !_subscription.Finish(batch))
        {
            return true;
        }

        _cut = false;
        if (Ended != Reason.None)
        {
            return false;
        }

        if (_live && !_headerSent)
        {
            SendHeader(batch, _subscription.Topic);
        }

        switch (_subscription.Fill(batch, now))
        {
            case FillStatus.More:
                _cut = true;
                return true;
            case FillStatus.StreamStarted:
                _live = true;
                Deadline = Instant.Never;
                return Transmit(batch, now);
            case FillStatus.StreamEnded:
                End(_draining ? Reason.Drained : Reason.StreamEnded);
                return false;
            case FillStatus.Over:
                End(_subscription.Ended);
                return false;
            default:
                if (_draining && !_subscription.Topic.IsLive)
                {
                    End(Reason.Drained);
                }

                return false;
        }
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (Deadline <= now)
        {
            Deadline = Instant.Never;
            End(Reason.StreamNotFound);
        }
    }

    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            _draining = true; // it ends behind the last frame
        }
        else if (command.Kind == CommandKind.Kick)
        {
            End(command.Reason);
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        _subscription?.Dispose();
    }

    // Some players wait for ever for a track that is announced and never comes, and none minds one that comes unannounced: so only what
    // is known is announced, and both when nothing is.
    private void SendHeader(SendBatch batch, Topic topic)
    {
        _headerSent = true;
        var audio = topic.HasAudio;
        var video = topic.HasVideo;
        var metadata = topic.FindConfig(FrameKind.Data).Span;
        if (RtmpData.ReadMetadata(metadata, RtmpLimits.Default) is { } properties)
        {
            audio |= properties["audiocodecid"].Kind is not AmfKind.Undefined;
            video |= properties["videocodecid"].Kind is not AmfKind.Undefined;
        }

        var unknown = !audio && !video;
        FlvWriter.WriteHeader(batch.Reserve(FlvWriter.HeaderBytes), audio || unknown, video || unknown);
        batch.Commit(FlvWriter.HeaderBytes);
    }

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }
}
