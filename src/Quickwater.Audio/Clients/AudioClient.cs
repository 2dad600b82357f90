using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Makes the session of a client. One connection each.</summary>
/// <param name="options">What it wants.</param>
/// <param name="buffers">Where its buffers come from.</param>
/// <param name="sink">What becomes of what it hears.</param>
/// <param name="stats">Where it counts, on from what is there; null for counts of its own.</param>
public sealed class AudioClient(AudioClientOptions options, PooledBytes.Pool buffers, IAudioSink sink, AudioClientStats? stats = null) : ISessionFactory
{
    /// <inheritdoc/>
    public string Protocol => "audio-client";

    /// <summary>The session that was made; null before.</summary>
    public AudioClientSession? Session { get; private set; }

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) =>
        Session = new AudioClientSession(options, buffers, sink, stats ?? new AudioClientStats(), now);
}
