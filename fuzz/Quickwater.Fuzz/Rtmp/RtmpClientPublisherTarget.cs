using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Broken servers, against a publishing client.</summary>
internal sealed class RtmpClientPublisherTarget : RtmpSessionTarget
{
    /// <inheritdoc/>
    public override string Name => "rtmp-client-publisher";

    /// <inheritdoc/>
    public override string Description => "servers, against a client that publishes";

    /// <inheritdoc/>
    public override int InputsInCi => 120_000;

    protected override byte[] Tape => RtmpTape.Server("NetStream.Publish.Start");

    protected override byte[] RecordHandshake(HandshakeScheme scheme) => Record(HandshakeRole.Server, scheme);

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var options = new RtmpClientOptions
        {
            Application = "live", Stream = "cam", TcUrl = "rtmp://h/live", Handshake = (HandshakeScheme)form,
        };
        var session = (RtmpClientSession)RtmpClient.Publisher(options, World.Hub.Buffers, World, new Source(World.Hub)).Create(World.Peer, World, SessionFeed.Start);
        var open = false;
        var why = new SessionFeed(rng).Play(session, input, () =>
        {
            open |= session.IsOpen;
            return session.HeldBytes;
        });
        return new FuzzOutcome(why, open);
    }

    // Five frames, each at its time.
    private sealed class Source(Hub hub) : IMediaSource
    {
        private int _given;

        public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
        {
            frame = null;
            due = SessionFeed.Start + TimeSpan.FromMilliseconds(20 * _given);
            if (_given == 5)
            {
                return MediaSourceStatus.Ended;
            }

            if (now < due)
            {
                return MediaSourceStatus.Later;
            }

            var payload = hub.Buffers.Rent();
            payload.Append(RtmpTape.Key);
            frame = hub.Frames.Create(FrameKind.Video, FrameFlags.Key, 20 * _given++, payload);
            return MediaSourceStatus.Frame;
        }
    }
}
