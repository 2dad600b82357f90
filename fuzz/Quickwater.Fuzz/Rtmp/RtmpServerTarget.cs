using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Broken clients, against the server's session.</summary>
internal abstract class RtmpServerTarget : RtmpSessionTarget
{
    private readonly RtmpServer _server;

    protected RtmpServerTarget() => _server = new RtmpServer(World.Hub, new RtmpServerOptions(), World, World);

    protected override byte[] RecordHandshake(HandshakeScheme scheme) => Record(HandshakeRole.Client, scheme);

    protected RtmpServerSession Open() =>
        (RtmpServerSession)_server.Create(World.Peer, World, SessionFeed.Start);

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        using var other = rng.Chance(0.25) ? new StandingPeer(Open(), OtherTape) : null;
        var session = Open();
        var open = false;
        var why = new SessionFeed(rng).Play(session, input, () =>
        {
            open |= session.Stage is not (RtmpSessionState.Connecting or RtmpSessionState.Handshaking);
            return session.HeldBytes;
        }, now => other?.Pull(now));
        return new FuzzOutcome(why, open);
    }

    /// <summary>What a good client on the other side of the stream says.</summary>
    protected abstract byte[] OtherTape { get; }

    // Connected by a valid tape, reading what comes, until the input is over.
    private sealed class StandingPeer : IDisposable
    {
        private readonly RtmpServerSession _session;
        private readonly SendBatch _batch = new();

        public StandingPeer(RtmpServerSession session, byte[] tape)
        {
            _session = session;
            session.Receive(new byte[] { 3 }.Concat(new byte[2 * Handshake.PacketBytes]).Concat(tape).ToArray(), SessionFeed.Start);
            Check(session.Ended == Reason.None, $"the good client on the other side was refused: {session.Ended}");
        }

        public void Pull(Instant now)
        {
            for (var i = 0; i < 4; i++)
            {
                _batch.Begin(64 * 1024);
                _session.Transmit(_batch, now);
                _batch.Release();
            }
        }

        public void Dispose()
        {
            Check(_session.Ended == Reason.None, $"the good client on the other side was ended: {_session.Ended}");
            _session.Close(Reason.Cancelled, SessionFeed.Start);
        }
    }
}
