using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>What a client connects for. Immutable.</summary>
public sealed record RtmpClientOptions
{
    /// <summary>Bytes of UTF-8 that each of the three texts may have.</summary>
    public const int TextBytesMax = 2048;

    /// <summary>The application, for the server's <c>app</c>.</summary>
    public required string Application { get; init; }

    /// <summary>The stream's name, parameters included.</summary>
    public required string Stream { get; init; }

    /// <summary>The URL up to the application, for the server's <c>tcUrl</c>.</summary>
    public required string TcUrl { get; init; }

    /// <summary>Limits of the protocol.</summary>
    public RtmpLimits Limits { get; init; } = RtmpLimits.Default;

    /// <summary>
    /// The handshake that is offered. With digests by default, as FFmpeg does: a server that does not know them takes them for random
    /// bytes, and one that does may serve some codecs only so.
    /// </summary>
    public HandshakeScheme Handshake { get; init; } = HandshakeScheme.DigestSchema1;

    /// <summary>How long the server may take from the first byte to the start of publishing; a player waits without limit.</summary>
    public TimeSpan SetupTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a player ends with the stream (<see cref="Reason.StreamEnded"/>), or waits for the next publisher.</summary>
    public bool EndWithStream { get; init; } = true;

    /// <summary>
    /// How long a playing client may hear nothing from a server whose stream is live, before it ends with <see cref="Reason.IdleTimeout"/>:
    /// the only way to notice a server that vanished. Default 30 s.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal bool Fits =>
        Math.Max(Encoding.UTF8.GetByteCount(TcUrl), Math.Max(Encoding.UTF8.GetByteCount(Application), Encoding.UTF8.GetByteCount(Stream)))
        <= TextBytesMax;

    /// <summary>Takes a URL such as <c>rtmp://host:1935/live/name?key=k</c> apart.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="host">Its host.</param>
    /// <param name="port">Its port; 1935 when it names none.</param>
    /// <param name="options">The rest.</param>
    /// <returns>False when it is not an RTMP URL with a host, an application and a stream, or one of them is too long.</returns>
    public static bool TryParse(string url, out string host, out int port, out RtmpClientOptions? options)
    {
        host = "";
        port = 1935;
        options = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "rtmp" || uri.Host.Length == 0)
        {
            return false;
        }

        var path = uri.AbsolutePath.Trim('/');
        var slash = path.LastIndexOf('/');
        if (slash <= 0 || slash == path.Length - 1)
        {
            return false;
        }

        host = uri.IdnHost;
        port = uri.Port > 0 ? uri.Port : port;
        var application = Uri.UnescapeDataString(path[..slash]);
        var made = new RtmpClientOptions
        {
            Application = application,
            Stream = Uri.UnescapeDataString(path[(slash + 1)..]) + uri.Query,
            TcUrl = $"rtmp://{uri.Authority}/{application}",
        };
        options = made.Fits ? made : null;
        return made.Fits;
    }
}
