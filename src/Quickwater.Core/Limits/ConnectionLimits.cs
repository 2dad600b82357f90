namespace Quickwater.Core;

/// <summary>
/// What one connection may take, whatever its protocol; <see cref="ConnectionWatch"/> keeps to it. Immutable; every limit names the
/// <see cref="Reason"/> it ends with.
/// </summary>
public sealed record ConnectionLimits
{
    /// <summary>
    /// Time for the handshake, from accept; <see cref="Reason.HandshakeTimeout"/>. Default 10 s, as for RTMP (RTMP-1.6). 10 ms to 10 min.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time without a byte from the peer; <see cref="Reason.IdleTimeout"/>. Default 60 s, nginx's <c>send_timeout</c> and
    /// <c>client_header_timeout</c>. 100 ms to 24 h.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a connection may last; <see cref="Reason.DurationExceeded"/>. Null, the default, is no such limit. At least 10 ms.</summary>
    public TimeSpan? DurationMax { get; init; }

    /// <summary>
    /// Bytes a second towards the peer: more are held back, and a peer that needs more is refused with <see cref="Reason.ByteRateExceeded"/>. Null, the
    /// default, is no such limit. At least 1000.
    /// </summary>
    public long? SentBytesPerSecondMax { get; init; }

    /// <summary>
    /// Bytes a second from the peer, with as many again at once; more end with <see cref="Reason.ByteRateExceeded"/>. Null, the default, is no such
    /// limit. At least 1000.
    /// </summary>
    public long? ReceivedBytesPerSecondMax { get; init; }

    /// <summary>
    /// Bytes that may wait for the peer; <see cref="Reason.LagBytesExceeded"/>. Default 8 MiB: more than any lag bound in time allows at
    /// 1 MB/s. At least 4096.
    /// </summary>
    public long PendingBytesMax { get; init; } = 8 << 20;

    /// <summary>What is wrong with these limits: one sentence a fault, without a full stop; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (HandshakeTimeout < TimeSpan.FromMilliseconds(10) || HandshakeTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"handshakeTimeout is {HandshakeTimeout}; allowed is 10 ms to 10 min";
        }

        if (IdleTimeout < TimeSpan.FromMilliseconds(100) || IdleTimeout > TimeSpan.FromHours(24))
        {
            yield return $"idleTimeout is {IdleTimeout}; allowed is 100 ms to 24 h";
        }

        if (DurationMax < TimeSpan.FromMilliseconds(10))
        {
            yield return $"durationMax is {DurationMax}; allowed is 10 ms and more";
        }

        if (SentBytesPerSecondMax is < 1000 or > 100_000_000_000)
        {
            yield return $"sentBytesPerSecondMax is {SentBytesPerSecondMax}; allowed is 1000 to 100000000000";
        }

        if (ReceivedBytesPerSecondMax is < 1000 or > 100_000_000_000)
        {
            yield return $"receivedBytesPerSecondMax is {ReceivedBytesPerSecondMax}; allowed is 1000 to 100000000000";
        }

        if (PendingBytesMax < 4096)
        {
            yield return $"pendingBytesMax is {PendingBytesMax}; allowed is 4096 and more";
        }
    }
}
