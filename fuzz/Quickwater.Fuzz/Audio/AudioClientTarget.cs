using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>Broken servers, against a client that listens, one that lists, and one that does both and is full now and then.</summary>
internal sealed class AudioClientTarget : SessionTarget
{
    private const int MessageBytesMax = 32 * 1024, StationsMax = 100;
    private const int SentBase = 1024;

    /// <inheritdoc/>
    public override string Name => "audio-client";

    /// <inheritdoc/>
    public override string Description => "servers, against a client that listens or lists";

    /// <inheritdoc/>
    public override int InputsInCi => 120_000;

    internal override IReadOnlyList<Reason> TooSlow { get; } = [Reason.HandshakeTimeout, Reason.IdleTimeout];

    protected override SessionTape[] Record() =>
        [.. Enumerable.Range(0, 3).Select(static _ => new SessionTape(new AudioTape().Say(new Accept(1, 5000, 500, 3000)).Bytes, AudioTape.Server()))];

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var options = new AudioClientOptions
        {
            Station = form == 1 ? "" : AudioTape.Station, ListsStations = form > 0, MessageBytesMax = MessageBytesMax, StationsMax = StationsMax,
            Burst = rng.Chance(0.5) ? TimeSpan.FromHours(1) : null,
        };
        var sink = new Sink(form == 2 ? rng : null);
        var session = (AudioClientSession)new AudioClient(options, World.Hub.Buffers, sink).Create(World.Peer, World, SessionFeed.Start);
        var feed = new SessionFeed(rng) { Border = GreetingBytes(form) };
        var why = feed.Play(session, input, () => session.HeldBytes);
        var stats = session.Stats;
        Check(feed.Sent <= SentBase + (4L * input.Length), $"it sent {feed.Sent} bytes for {input.Length}"); // a pong is longer than its ping
        Check(
            stats is { Missing: >= 0, Repeated: >= 0, SampleBytes: >= 0 } && stats.Repeated <= stats.Chunks && stats.Bytes <= input.Length && stats.Chunks == sink.Chunks,
            $"it counts {stats.Bytes} bytes, {stats.Chunks} chunks, {stats.Missing} missing, {stats.Repeated} repeated");
        return new FuzzOutcome(why, session.IsAccepted);
    }

    // Holds what comes to what a sink may rely on.
    private sealed class Sink(Rng? rng) : IAudioSink
    {
        private AudioFormat _format;
        private bool _accepted;

        public long Chunks { get; private set; }

        public bool IsFull => rng?.Chance(0.1) ?? false;

        public void Accepted(in Accept accept)
        {
            Check(!_accepted && accept is { BurstMilliseconds: >= 0, LagMilliseconds: >= 0 }, "it was accepted twice, or with times below zero");
            _accepted = true;
        }

        public void Format(in FormatNotice format)
        {
            Check(_accepted && format.Format.IsValid && format.ChunkFrames > 0, $"it was told of {format}");
            _format = format.Format;
        }

        public void Chunk(in AudioChunk chunk)
        {
            Check(_format.IsValid && chunk.Samples.Length % _format.BytesPerFrame == 0, $"it got {chunk.Samples.Length} bytes of {_format}");
            Chunks++;
        }

        public void Titled(string title) => Check(_accepted && title.Length <= MessageBytesMax, "it got a title of any length");

        public void Noticed(in Notice notice) => Check(_accepted && notice.Milliseconds >= 0, $"it was told of {notice}");

        public void Listed(IReadOnlyList<StationEntry> stations) => Check(
            _accepted && stations.Count <= StationsMax && stations.All(static one => one.Listeners >= 0 && (one.Format == default || one.Format.IsValid)),
            $"it got a list of {stations.Count}");
    }
}
