using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>Makes a client's session: a publisher with a source, or a player with a sink. One connection each.</summary>
public sealed class RtmpClient : ISessionFactory
{
    private readonly RtmpClientOptions _options;
    private readonly PooledBytes.Pool _buffers;
    private readonly IEntropy _entropy;
    private readonly IMediaSource? _source;
    private readonly IMediaSink? _sink;

    private RtmpClient(
        RtmpClientOptions options, PooledBytes.Pool buffers, IEntropy entropy, IMediaSource? source, IMediaSink? sink)
    {
        if (!options.Fits)
        {
            throw new ArgumentException(
                $"Application, stream and URL may have {RtmpClientOptions.TextBytesMax} bytes each.", nameof(options));
        }

        _options = options;
        _buffers = buffers;
        _entropy = entropy;
        _source = source;
        _sink = sink;
    }

    /// <inheritdoc/>
    public string Protocol => "rtmp-client";

    /// <summary>The session that was made, for its <see cref="RtmpClientSession.PeerStatus"/>; null before.</summary>
    public RtmpClientSession? Session { get; private set; }

    /// <summary>A client that publishes what the source gives, until it ends.</summary>
    /// <exception cref="ArgumentException">A text of the options is longer than <see cref="RtmpClientOptions.TextBytesMax"/>.</exception>
    public static RtmpClient Publisher(
        RtmpClientOptions options, PooledBytes.Pool buffers, IEntropy entropy, IMediaSource source) =>
        new(options, buffers, entropy, source, null);

    /// <summary>A client that plays into the sink.</summary>
    /// <exception cref="ArgumentException">A text of the options is longer than <see cref="RtmpClientOptions.TextBytesMax"/>.</exception>
    public static RtmpClient Player(RtmpClientOptions options, PooledBytes.Pool buffers, IEntropy entropy, IMediaSink sink) =>
        new(options, buffers, entropy, null, sink);

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) =>
        Session = new RtmpClientSession(_options, _buffers, _entropy, _source, _sink, now);
}
