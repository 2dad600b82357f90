using System.Text;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Listeners over HTTP that talk on: what they say is ignored, and what they get is one WAV, cut at whole sample frames, with titles where they belong.</summary>
internal sealed class WavListenerTarget() : SessionTarget(new World(new AudioServerOptions().ToHubLimits([AudioStudio.StationOptions])))
{
    private const int SentBase = 4096; // the header, and blocks of titles

    /// <inheritdoc/>
    public override string Name => "audio-wav-listener";

    /// <inheritdoc/>
    public override string Description => "listeners over HTTP, against the server's session and a station";

    /// <inheritdoc/>
    public override int InputsInCi => 20_000;

    internal override IReadOnlyList<Reason> TooSlow { get; } = [Reason.LagTimeExceeded, Reason.StreamEnded, Reason.FormatChanged, Reason.StreamOffAir];

    // The station's name comes from the request; what a client says behind that means nothing.
    protected override SessionTape[] Record() =>
        [.. Enumerable.Range(0, 2).Select(static _ => new SessionTape(Encoding.UTF8.GetBytes(AudioTape.Station), new byte[200]))];

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var studio = new AudioStudio(World, rng, input.Length);
        var name = Encoding.UTF8.GetString(input.AsSpan(0, Math.Min(GreetingBytes(form), input.Length)));
        var listener = new WavListener(studio.Server, name, "fuzz", wantsTitles: form == 1, TimeSpan.FromSeconds(2));
        var session = listener.Create(World.Peer, World, SessionFeed.Start);
        var seated = session.Ended == Reason.None;
        Check(!seated || name == AudioTape.Station, $"{name} is taken for a station");
        var now = SessionFeed.Start;
        var feed = new SessionFeed(rng);
        var why = feed.Play(session, input, static () => 0, at =>
        {
            now = at;
            studio.Play(now, null);
        });
        Check(feed.Sent <= SentBase + (2 * studio.BytesMax), $"it was sent {feed.Sent} bytes of a station with {studio.BytesMax}");
        var wrong = studio.Close(now);
        Check(wrong is null, wrong ?? "");
        return new FuzzOutcome(why, seated);
    }
}
