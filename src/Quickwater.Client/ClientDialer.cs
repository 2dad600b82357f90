using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Client;

/// <summary>Dials a server, and puts TLS over the connection where it is asked for. Thread-safe.</summary>
internal sealed class ClientDialer
{
    private readonly ConnectOptions _options;
    private readonly TcpDialer _tcp;
    private readonly TlsClient? _tls;

    /// <summary>Reads the files of TLS.</summary>
    /// <exception cref="ArgumentException">They cannot be used, or the options are not valid; the message says which and why.</exception>
    public ClientDialer(ConnectOptions options, TlsClientOptions? tls, LeakCounters leaks)
    {
        _options = options;
        _tcp = new TcpDialer(leaks, options.Time);
        if (tls is not null && !TlsClient.TryCreate(tls, options.Time, out _tls, out var why))
        {
            throw new ArgumentException($"TLS: {why}", nameof(tls));
        }
    }

    /// <summary>Connects. With TLS the connection is handed out when its handshake is done.</summary>
    public async Task<DialResult> DialAsync(string host, int port, CancellationToken cancel)
    {
        var dialled = await _tcp.DialAsync(host, port, _options.DialTimeout, cancel).ConfigureAwait(false);
        return dialled.Transport is { } transport && _tls is { } tls
            ? await tls.SecureAsync(transport, host, cancel).ConfigureAwait(false)
            : dialled;
    }
}
