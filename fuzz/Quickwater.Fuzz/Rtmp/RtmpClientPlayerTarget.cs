using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Broken servers, against a playing client.</summary>
internal sealed class RtmpClientPlayerTarget : RtmpSessionTarget, IMediaSink
{
    /// <inheritdoc/>
    public override string Name => "rtmp-client-player";

    /// <inheritdoc/>
    public override string Description => "servers, against a client that plays";

    /// <inheritdoc/>
    public override int InputsInCi => 120_000;

    protected override byte[] Tape => RtmpTape.Server("NetStream.Play.Start");

    /// <inheritdoc/>
    public void Started(Instant now)
    {
    }

    /// <inheritdoc/>
    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now) => payload.Release();

    /// <inheritdoc/>
    public void StreamEnded(Instant now)
    {
    }

    protected override byte[] RecordHandshake(HandshakeScheme scheme) => Record(HandshakeRole.Server, scheme);

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var options = new RtmpClientOptions
        {
            Application = "live", Stream = "cam", TcUrl = "rtmp://h/live", Handshake = (HandshakeScheme)form, EndWithStream = rng.Chance(0.5),
        };
        var session = (RtmpClientSession)RtmpClient.Player(options, World.Hub.Buffers, World, this).Create(World.Peer, World, SessionFeed.Start);
        var open = false;
        var why = new SessionFeed(rng).Play(session, input, () =>
        {
            open |= session.IsOpen;
            return session.HeldBytes;
        });
        return new FuzzOutcome(why, open);
    }
}
