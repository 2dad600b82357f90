using System.Net.Security;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Accepts TLS, from plain sockets that the test drives as it likes.</summary>
internal sealed class TlsListener : IAsyncDisposable
{
    private readonly ServerLog _log = new();
    private readonly TcpServer _server;
    private readonly List<Connected> _all = [];

    public TlsListener(TlsServer tls, EpollLoops? loops = null)
    {
        Tls = tls;
        _server = Serving.Start(_log, Leaks, loops);
    }

    public TlsServer Tls { get; }

    public LeakCounters Leaks { get; } = new();

    /// <summary>A new connection, whose handshake may begin.</summary>
    /// <param name="over">A layer between the socket and TLS.</param>
    public async Task<Connected> ConnectAsync(Func<ITransport, ITransport>? over = null)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(_server.Local);
        var accepted = await _log.AcceptedAsync();
        var connected = new Connected(peer, Tls.Wrap(over?.Invoke(accepted) ?? accepted));
        connected.Transport.Bind(connected.Events);
        _all.Add(connected);
        return connected;
    }

    /// <summary>A new connection whose peer has done the handshake.</summary>
    public async Task<(Connected Server, SslStream Client)> ShakeAsync(Func<ITransport, ITransport>? over = null, SslClientAuthenticationOptions? options = null)
    {
        var connected = await ConnectAsync(over);
        return (connected, await connected.ShakeAsync(options));
    }

    /// <summary>Closes all, and demands that no socket is left and that no callback came from inside a call.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var connected in _all)
        {
            connected.Transport.Close();
            connected.Peer.Dispose();
            Assert.False(connected.Events.CalledFromInside);
            Assert.Empty(connected.Events.Faults);
        }

        await _server.DisposeAsync();
        await Leaks.NothingIsLeftAsync();
        await Until.HoldsAsync(() => Task.FromResult(Tls.Handshakes), static open => open == 0, Completions.Patience, "no handshake is under way");
    }

    internal sealed record Connected(Socket Peer, ITransport Transport)
    {
        public Completions Events { get; } = new();

        public async Task<SslStream> ShakeAsync(SslClientAuthenticationOptions? options = null)
        {
            var client = new SslStream(new NetworkStream(Peer, ownsSocket: false));
            await client.AuthenticateAsClientAsync(options ?? Trusting()).WaitAsync(Completions.Patience);
            return client;
        }

        public static SslClientAuthenticationOptions Trusting() =>
            new() { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true };

        /// <summary>Receives, whether it completes at once or later.</summary>
        public Task<IoResult> ReceiveAsync(Memory<byte> buffer) => Events.ReceiveAsync(Transport, buffer);

        /// <summary>Waits as the engine does, without a buffer, and then receives.</summary>
        public async Task<IoResult> WaitAndReceiveAsync(Memory<byte> buffer)
        {
            var waited = await ReceiveAsync(Memory<byte>.Empty);
            return waited.Status == IoStatus.Completed ? await ReceiveAsync(buffer) : waited;
        }

        /// <summary>Sends, whether it completes at once or later.</summary>
        public Task<IoResult> SendAsync(SendBatch batch) => Events.SendAsync(Transport, batch);
    }
}
