namespace Quickwater.Client;

/// <summary>How an <see cref="RtmpPublisher"/> works. Immutable.</summary>
public sealed record RtmpPublisherOptions : ConnectOptions
{
    /// <summary>
    /// Bytes that may wait to be sent before <see cref="RtmpPublisher.SendAsync"/> waits. Default 4 MiB. One frame always fits.
    /// </summary>
    public int QueueBytesMax { get; init; } = 4 << 20;
}
