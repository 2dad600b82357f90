using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>How a viewer over HTTP or WebSocket gets a stream. Immutable.</summary>
public sealed record FlvViewerOptions
{
    /// <summary>Bounds and policy.</summary>
    public SubscribeOptions Viewers { get; init; } = new();

    /// <summary>How long it waits for a publisher, at first and after one has ended; then it ends with <see cref="Reason.StreamNotFound"/>.</summary>
    public TimeSpan WaitForStream { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the header waits for the other kind of media once audio or video came first, zero and longer; three times as long when the
    /// publisher's metadata promises it. What comes later still ends the viewer's stream with <see cref="Reason.FormatChanged"/>.
    /// </summary>
    public TimeSpan TracksWait { get; init; } = TimeSpan.FromSeconds(1);
}
