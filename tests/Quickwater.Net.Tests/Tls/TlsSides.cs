using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>Servers and clients of TLS for tests.</summary>
internal static class TlsSides
{
    /// <summary>A server with a certificate of its own making.</summary>
    public static TlsServer Server(Func<TlsServerOptions, TlsServerOptions>? change = null, ITlsEvents? events = null, TimeProvider? time = null)
    {
        var options = new TlsServerOptions { SelfSigned = true };
        Assert.True(
            TlsServer.TryCreate(change?.Invoke(options) ?? options, events ?? new TlsLog(), time ?? TimeProvider.System, out var server, out var why), why);
        return server;
    }

    /// <summary>A client that accepts the server's certificate only.</summary>
    public static TlsClient Client(TlsServer server) => Client(new TlsClientOptions { Pin = server.Fingerprint });

    /// <summary>A client.</summary>
    public static TlsClient Client(TlsClientOptions options, TimeProvider? time = null)
    {
        Assert.True(TlsClient.TryCreate(options, time ?? TimeProvider.System, out var client, out var why), why);
        return client;
    }
}
