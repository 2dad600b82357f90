using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>How a viewer over HTTP or WebSocket gets a stream. Immutable.</summary>
public sealed record FlvViewerOptions
{
    /// <summary>Bounds and policy.</summary>
    public SubscribeOptions Viewers { get; init; } = new();

    /// <summary>How long it waits for a publisher, at first and after one has ended; then it ends with <see cref="Reason.StreamNotFound"/>.</summary>
    public TimeSpan WaitForStream { get; init; } = TimeSpan.FromSeconds(10);
}
