using Quickwater.Audio;

namespace Quickwater.Client;

/// <summary>How an <see cref="AudioListener"/> works. Immutable.</summary>
public sealed record AudioListenerOptions : ConnectOptions
{
    /// <summary>
    /// Bytes of samples that may wait for the reader before nothing more is read from the server, which then makes this client skip by its rules for
    /// those who lag. Default 1 MiB. One chunk always fits.
    /// </summary>
    public int QueueBytesMax { get; init; } = 1 << 20;

    /// <summary>
    /// How much of the past is wanted at the first connection, 0 to a minute; null, the default, leaves it to the server. A later connection asks for
    /// as much as the break was long.
    /// </summary>
    public TimeSpan? Burst { get; init; }

    /// <summary>What the client calls itself, for the server's log. Up to 255 bytes.</summary>
    public string Agent { get; init; } = "quickwater";

    /// <summary>How long the server may be silent, answers to pings included, before the connection counts as dead. Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told of each notice as it comes, before what is in the queue was read, on a thread of the client's: it must be quick and not throw.</summary>
    public Action<Notice>? Noticed { get; init; }
}
