using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Sends one stream as FLV: the file header, then tags from the latest key on. What the viewer sends is ignored. The header promises what
/// the stream really has, so it waits until that is known (docs/adr/0042). The session ends with its stream, and also when a track appears that the
/// header has not: a player that wants to go on asks again, and gets a fresh header.
/// </summary>
internal sealed class FlvViewerSession : ISession, IMediaSession
{
    private const int StatusBytesMax = 128;
    private const int PromisedFactor = 3; // what metadata promises is waited for longer

    private readonly Subscription? _subscription;
    private readonly FlvViewerOptions _options;
    private bool _live;
    private bool _headerSent;
    private bool _draining;
    private bool _cut;

    internal FlvViewerSession(Hub hub, string topic, FlvViewerOptions options, IMailbox mailbox, Instant now)
    {
        var refused = hub.Subscribe(topic, FlvWireForm.Instance, options.Viewers, mailbox, now, out _subscription);
        Ended = refused;
        _options = options;
        _live = _subscription?.JoinedLive ?? false;
        Deadline = now + options.WaitForStream;
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

        if (_live && !_headerSent && !TrySendHeader(batch, _subscription, now))
        {
            return false;
        }

        switch (_subscription.Fill(batch, now))
        {
            case FillStatus.More:
                _cut = true;
                return true;
            case FillStatus.StreamStarted:
                _live = true;
                Deadline = now + _options.WaitForStream;
                return Transmit(batch, now);
            case FillStatus.StreamEnded:
                End(_draining ? Reason.Drained : Reason.StreamEnded);
                return false;
            case FillStatus.Over:
                SayFormatChanged(batch);
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
        if (Deadline > now)
        {
            return;
        }

        Deadline = Instant.Never; // the header's turn, unless there is no media at all
        if (!_live || _subscription?.Topic.Tracks.Since == Instant.Never)
        {
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

    // Players wait for ever for a track that is announced and never comes, and some never play one that was not: so only what really comes is
    // announced. Once one kind is there, the other has a short time to come too; who joins later does not wait.
    private bool TrySendHeader(SendBatch batch, Subscription subscription, Instant now)
    {
        var tracks = subscription.Topic.Tracks;
        if (tracks.Since == Instant.Never)
        {
            if (subscription.Topic.IsLive && !_draining)
            {
                subscription.Wait();
                return false;
            }

            End(_draining ? Reason.Drained : Reason.StreamEnded); // there was nothing to promise
            return false;
        }

        var whole = (tracks.Audio && tracks.Video) || !subscription.Topic.IsLive || _draining;
        var due = whole ? now : tracks.Since + WaitFor(subscription.Topic, tracks);
        if (now < due)
        {
            Deadline = due;
            subscription.Wait();
            return false;
        }

        Deadline = Instant.Never;
        _headerSent = true;
        subscription.Announce(tracks.Video, tracks.Audio);
        FlvWriter.WriteHeader(batch.Reserve(FlvWriter.HeaderBytes), tracks.Audio, tracks.Video);
        batch.Commit(FlvWriter.HeaderBytes);
        return true;
    }

    private TimeSpan WaitFor(Topic topic, in TrackPresence tracks)
    {
        var other = tracks.Audio ? "videocodecid" : "audiocodecid";
        var promised = RtmpData.ReadMetadata(topic.FindConfig(FrameKind.Data).Span, RtmpLimits.Default)?[other] is { } codec
            && (codec.Kind == AmfKind.Number ? codec.Number > 0 : codec.Kind == AmfKind.String && codec.Text.Length > 0);
        return promised ? PromisedFactor * _options.TracksWait : _options.TracksWait;
    }

    // FLV has no word for it, so the last tag says it in RTMP's: our page opens the stream again at once, and other players skip the tag.
    private void SayFormatChanged(SendBatch batch)
    {
        if (_subscription?.Ended != Reason.FormatChanged)
        {
            return;
        }

        Span<byte> body = stackalloc byte[StatusBytesMax];
        var status = new Amf0Writer(body);
        status.WriteString("onStatus"u8);
        status.BeginObject();
        status.WriteKey("level"u8);
        status.WriteString("status"u8);
        status.WriteKey("code"u8);
        status.WriteString("NetStream.Play.FormatChanged"u8);
        status.EndObject();
        var tag = batch.Reserve(FlvWriter.Measure(status.Written.Length));
        batch.Commit(FlvWriter.Encode(tag, FlvTagType.Script, 0, status.Written));
    }

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }
}
