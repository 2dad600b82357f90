using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>Broken listeners, against the server's session and a station, often with a good listener beside them.</summary>
internal sealed class AudioListenerTarget() : SessionTarget(new World(new AudioServerOptions().ToHubLimits([AudioStudio.StationOptions])))
{
    private const int AnsweredBase = 16 * 1024; // of notices, and of a format and a title more than once
    private const int AnsweredPerByte = 16; // the answer to a list

    /// <inheritdoc/>
    public override string Name => "audio-listener";

    /// <inheritdoc/>
    public override string Description => "listening clients, against the server's session and a station";

    internal override IReadOnlyList<Reason> TooSlow { get; } = [Reason.HandshakeTimeout, Reason.IdleTimeout, Reason.LagTimeExceeded, Reason.StreamEnded];

    protected override SessionTape[] Record() =>
    [
        new(new AudioTape().Say(new Hello(AudioTape.Station, "fuzz")).Bytes, AudioTape.Listener()),
        new(new AudioTape().Say(new Hello(AudioTape.Station, "f\u00fczz", 250)).Bytes, AudioTape.Listener()),
        new(new AudioTape().Say(new Hello(AudioTape.Station, "", 0)).Bytes, AudioTape.Listener()),
        new(new AudioTape().Say(new Hello("", "lists")).Bytes, AudioTape.Listener()),
    ];

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var studio = new AudioStudio(World, rng, input.Length);
        var good = !studio.EndsByItself && rng.Chance(0.25) ? new AudioGoodListener((AudioServerSession)Open(studio), World.Hub.Buffers) : null;
        var session = (AudioServerSession)Open(studio);
        var now = SessionFeed.Start;
        var feed = new SessionFeed(rng);
        var why = feed.Play(session, input, () => session.HeldBytes, at =>
        {
            now = at;
            studio.Play(now, good is null ? null : good.GoOn);
        });
        var sent = AnsweredBase + (AnsweredPerByte * (long)input.Length) + studio.BytesMax;
        Check(feed.Sent <= sent, $"it was sent {feed.Sent} bytes for {input.Length}, of a station with {studio.BytesMax}");
        Check(why != Reason.ByteRateExceeded, "it was ended for more bytes than it was given");
        good?.Finish(now, studio.Station);
        var wrong = studio.Close(now);
        Check(wrong is null, wrong ?? "");
        return new FuzzOutcome(why, session.IsAccepted);
    }

    private ISession Open(AudioStudio studio) => studio.Server.Create(World.Peer, World, SessionFeed.Start);
}
