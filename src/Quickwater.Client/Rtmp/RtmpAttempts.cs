using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>Connects to one RTMP stream, again and again if need be: each attempt follows redirects and tells how it went.</summary>
internal sealed class RtmpAttempts : IDisposable
{
    private const int RedirectsMax = 4;

    private readonly ConnectOptions _options;
    private readonly RtmpClientOptions _stream;
    private readonly string _host;
    private readonly int _port;

    /// <exception cref="ArgumentException">The URL is no RTMP stream's.</exception>
    public RtmpAttempts(string url, ConnectOptions options)
    {
        if (!RtmpClientOptions.TryParse(url, out _host, out _port, out var stream) || stream is null)
        {
            throw new ArgumentException($"{url} is no stream's URL; allowed: rtmp://HOST[:PORT]/APP/STREAM", nameof(url));
        }

        _options = options;
        _stream = stream;
        Client = new ClientEngine(options.Time);
        Run = new WorkingRun(options, Entropy, AttemptAsync, failure => CanHeal(failure));
    }

    public ClientEngine Client { get; }

    public SystemEntropy Entropy { get; } = new();

    /// <summary>The connections, one after the other.</summary>
    public WorkingRun Run { get; }

    /// <summary>Makes the session of an attempt.</summary>
    public required Func<RtmpClientOptions, RtmpClient> Make { get; init; }

    /// <summary>Told of each connection, for waking it.</summary>
    public required Action<IMailbox> Opened { get; init; }

    /// <summary>Told when a connection is over.</summary>
    public required Action Over { get; init; }

    public void Dispose() => Client.Dispose();

    /// <summary>Whether another attempt may go better. A key that was refused stays refused; a stream that is busy is free one day.</summary>
    internal static bool CanHeal(in ClientFailure failure) => failure.Why switch
    {
        Reason.RefusedByPeer => failure.Code is not ("NetConnection.Connect.InvalidApp" or "NetConnection.Connect.Rejected"
            or "NetStream.Publish.Denied" or "NetConnection.Call.Failed"),
        Reason.StreamEnded => true,
        _ => WorkingRun.CanHeal(failure.Why),
    };

    /// <summary>Where a server that redirects sends this client: the application is the other server's, the stream stays.</summary>
    internal static bool TryRedirect(string url, RtmpClientOptions current, out string host, out int port, out RtmpClientOptions to)
    {
        host = "";
        port = 0;
        to = current;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return false;
        }

        // A redirect names the application; with a stream behind it, it is taken apart as any other URL.
        var withStream = uri.AbsolutePath.Trim('/').Contains('/', StringComparison.Ordinal) ? url : $"{url.TrimEnd('/')}/stream";
        if (!RtmpClientOptions.TryParse(withStream, out host, out port, out var parsed) || parsed is null)
        {
            return false;
        }

        to = current with { Application = parsed.Application, TcUrl = parsed.TcUrl, Stream = withStream == url ? parsed.Stream : current.Stream };
        return true;
    }

    private async Task<ClientFailure> AttemptAsync(CancellationToken stop)
    {
        var (host, port, stream) = (_host, _port, _stream);
        for (var redirects = 0; ; redirects++)
        {
            var client = Make(stream);
            var why = await Client.RunAsync(host, port, _options.DialTimeout, client, Opened, stop).ConfigureAwait(false);
            Over();
            var said = client.Session?.PeerStatus ?? default;
            if (why == Reason.RefusedByPeer && redirects < RedirectsMax && !string.IsNullOrEmpty(said.Redirect)
                && TryRedirect(said.Redirect, stream, out host, out port, out stream))
            {
                continue;
            }

            return said.IsEmpty ? new ClientFailure(why) : new ClientFailure(why, said.Code, said.Description);
        }
    }
}
