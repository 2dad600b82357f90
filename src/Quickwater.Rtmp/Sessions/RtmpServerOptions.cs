using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>How an RTMP server behaves. Immutable.</summary>
public sealed record RtmpServerOptions
{
    /// <summary>Limits of the protocol.</summary>
    public RtmpLimits Limits { get; init; } = RtmpLimits.Default;

    /// <summary>The applications there are; empty allows any name. Others: <see cref="Reason.ApplicationNotFound"/>.</summary>
    public IReadOnlyList<string> Applications { get; init; } = [];

    /// <summary>Bounds and policy of viewers that do not choose.</summary>
    public SubscribeOptions Viewers { get; init; } = new();

    /// <summary>What viewers may choose (RTMP-5.9, RTMP-12.4).</summary>
    public ViewerLatencies Latencies { get; init; } = new();

    /// <summary>
    /// How long a player may wait for a stream that has no publisher; then, or at once if zero, it is told
    /// <c>NetStream.Play.StreamNotFound</c>.
    /// </summary>
    public TimeSpan WaitForStream { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a publisher may send nothing before its stream counts as gone. Its connection stays until
    /// <see cref="RtmpLimits.IdleTimeout"/>, and media that comes again takes the stream up again. Zero, the default, is until its connection is gone:
    /// a camera that sends a picture every six seconds is slow, not gone.
    /// </summary>
    public TimeSpan PublisherSilenceMax { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// How long publishers go on when the server drains. They are told at once, with <c>NetConnection.Connect.ReconnectRequest</c>; after it their
    /// streams end. Zero, the default, ends them at once.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Requests of one connection that access control refuses; with the last of them the connection ends with <see cref="Reason.TooManyAttempts"/>.
    /// Default 3.
    /// </summary>
    public int RefusalsPerConnectionMax { get; init; } = 3;

    /// <summary>How often one address may give a wrong key before it is refused for a time (RTMP-15.7). By default 5 times a minute.</summary>
    public AttemptLimits Attempts { get; init; } = new() { FailuresPerMinuteMax = 5 };

    /// <summary>
    /// How long the access policy may take to answer; then the answer is no, with <see cref="Reason.AccessTimeout"/>. Nothing that
    /// the client asks meanwhile is looked at, but that it goes away is noticed. Default 10 s, as long as a handshake may take.
    /// </summary>
    public TimeSpan AccessTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one who is refused anyway may take until its <c>connect</c> is there, to be told why.</summary>
    public TimeSpan RefusalTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether a client whose C2 does not echo S1 is refused. Real clients do that, so the default is to take note of it only.</summary>
    public bool StrictHandshake { get; init; }

    /// <summary>Bytes of answers that may wait for a client that does not read them; then nothing more is read from it.</summary>
    public int QueuedBytesMax { get; init; } = 64 * 1024;
}
