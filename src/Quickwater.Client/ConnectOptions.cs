using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>How a client connects, whatever its protocol. Immutable.</summary>
public record ConnectOptions
{
    /// <summary>How long one attempt to connect may take. Default 10 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The waits between attempts; null, the default, for one connection only. With it the client connects again after every failure that
    /// can heal, and gives up on those that cannot, such as a refused key.
    /// </summary>
    public BackoffOptions? Reconnect { get; init; }

    /// <summary>Told before each wait, on a thread of the client's: it must be quick.</summary>
    public Action<RetryNotice>? Retrying { get; init; }

    /// <summary>Seeds the jitter of the waits; null, the default, draws one from the operating system.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The clock. Tests give another.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal Backoff? MakeBackoff(IEntropy entropy)
    {
        if (Reconnect is null)
        {
            return null;
        }

        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        entropy.Fill(drawn);
        return new Backoff(Reconnect, new Rng(Seed ?? BitConverter.ToUInt64(drawn)));
    }
}
