namespace Quickwater.Client;

/// <summary>How an <see cref="RtmpPlayer"/> works. Immutable.</summary>
public sealed record RtmpPlayerOptions : ConnectOptions
{
    /// <summary>
    /// Bytes that may wait for the reader before nothing more is read from the server, which then drops by its rules for slow viewers.
    /// Default 4 MiB. One message always fits.
    /// </summary>
    public int QueueBytesMax { get; init; } = 4 << 20;

    /// <summary>
    /// Whether playing ends when the publisher does (the default), or goes on with the next one. Together with
    /// <see cref="ConnectOptions.Reconnect"/>, false plays until it is stopped.
    /// </summary>
    public bool EndWithStream { get; init; } = true;

    /// <summary>How long nothing may come of a live stream before the connection counts as dead. Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
