using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>Makes the server's sessions: the RTMP front of a hub. Thread-safe.</summary>
/// <param name="hub">Where streams meet.</param>
/// <param name="options">How it behaves.</param>
/// <param name="access">Who may do what.</param>
/// <param name="entropy">Where the handshake's random bytes come from.</param>
/// <param name="observer">Who is told of what is let pass; null when nobody is.</param>
public sealed class RtmpServer(Hub hub, RtmpServerOptions options, IAccessPolicy access, IEntropy entropy, IRtmpObserver? observer = null)
    : ISessionFactory
{
    /// <inheritdoc/>
    public string Protocol => "rtmp";

    /// <summary>How it behaves.</summary>
    public RtmpServerOptions Options => options;

    /// <summary>The wire form that all its viewers share.</summary>
    internal RtmpWireForm WireForm { get; } = new(options.Limits.OutChunkSize);

    internal Hub Hub => hub;

    internal IAccessPolicy Access => access;

    internal IEntropy Entropy => entropy;

    internal IRtmpObserver? Observer => observer;

    internal AttemptLedger Attempts { get; } = new(options.Attempts);

    /// <summary>Makes sessions of those who are refused: each is told why in the answer to <c>connect</c>, and has little time for it (RTMP-14.6).</summary>
    public ISessionFactory Refusing(Reason why) => new Refusal(this, why);

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new RtmpServerSession(this, info, mailbox, now);

    private sealed class Refusal(RtmpServer server, Reason why) : ISessionFactory
    {
        public string Protocol => server.Protocol;

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new RtmpServerSession(server, info, mailbox, now, why);
    }
}
