using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Quickwater.Conformance;
using Quickwater.Core;

namespace Quickwater.Server.Tests;

/// <summary>A WebSocket through a real Kestrel: the side under the eyes of most tests is the server's.</summary>
public sealed class WebSocketServerConformanceTests : WholeCloseConformance
{
    protected override TransportPair Connect() => WebSocketPair.Open(serverIsFar: true);
}

/// <summary>The same the other way round.</summary>
public sealed class WebSocketClientConformanceTests : WholeCloseConformance
{
    protected override TransportPair Connect() => WebSocketPair.Open(serverIsFar: false);
}

/// <summary>Our transport on both sides of one WebSocket.</summary>
internal sealed class WebSocketPair : TransportPair
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringWriter _lines = new();
    private readonly LogSink _sink;
    private readonly LineLoggerProvider _log;
    private readonly ClientWebSocket _client = new();
    private readonly TaskCompletionSource<(HttpContext Context, WebSocketTransport Transport)> _accepted = new();
    private readonly TaskCompletionSource _handled = new();
    private readonly bool _serverIsFar;
    private WebListener? _listener;
    private Socket? _socket;
    private HttpContext? _context;
    private WebSocketTransport? _near;
    private WebSocketTransport? _far;

    private WebSocketPair(bool serverIsFar)
    {
        _serverIsFar = serverIsFar;
        _sink = new LogSink(_lines, owned: false);
        _log = new LineLoggerProvider(_sink, LogFormat.Text, LogLevel.Warning, TimeProvider.System);
    }

    public override ITransport Near => _near ?? throw new InvalidOperationException("Not open yet.");

    public override ITransport Far => _far ?? throw new InvalidOperationException("Not open yet.");

    public static WebSocketPair Open(bool serverIsFar)
    {
        var pair = new WebSocketPair(serverIsFar);
        pair.OpenAsync().WaitAsync(Patience).GetAwaiter().GetResult(); // the suite's tests are not asynchronous
        return pair;
    }

    public override void Until(Func<bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        var spin = default(SpinWait);
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException("It did not happen.");
            }

            spin.SpinOnce();
        }
    }

    public override void ResetFromNear()
    {
        if (_serverIsFar)
        {
            _socket?.Close(timeout: 0);
        }
        else
        {
            _context?.Abort();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        EndAsync().WaitAsync(Patience).GetAwaiter().GetResult();
    }

    private async Task OpenAsync()
    {
        _listener = await WebListener.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), TestPlaces.For(10), _log, app => ViewerEndpoints.Map(app, new FakeStatus(), HandleAsync, _ => Task.CompletedTask),
            CancellationToken.None);
        using var dialer = new SocketsHttpHandler { ConnectCallback = DialAsync };
        using var invoker = new HttpMessageInvoker(dialer, disposeHandler: false);
        await _client.ConnectAsync(new Uri($"ws://{_listener.Local}/live/a.flv"), invoker, CancellationToken.None);
        var socket = _socket ?? throw new InvalidOperationException("It did not dial.");
        var client = new WebSocketTransport(_client, End(socket.RemoteEndPoint), End(socket.LocalEndPoint));
        (_context, var server) = await _accepted.Task;
        (_near, _far) = _serverIsFar ? (client, server) : (server, client);
    }

    private async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await _socket.ConnectAsync(context.DnsEndPoint, cancel);
        return new NetworkStream(_socket, ownsSocket: true);
    }

    // As the server's handler does.
    private async Task HandleAsync(HttpContext context)
    {
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = context.Connection;
        using var transport = new WebSocketTransport(
            webSocket,
            new IPEndPoint(connection.RemoteIpAddress ?? IPAddress.None, connection.RemotePort),
            new IPEndPoint(connection.LocalIpAddress ?? IPAddress.None, connection.LocalPort),
            context.Features.Get<IConnectionSocketFeature>()?.Socket,
            context.RequestAborted);
        _accepted.SetResult((context, transport));
        await transport.Unused;
        await transport.Closing;
        _handled.SetResult();
    }

    // Nothing may keep the request: its handler returns by itself once both sides are closed.
    private async Task EndAsync()
    {
        await _handled.Task;
        foreach (var transport in new[] { _near, _far })
        {
            await (transport?.Unused ?? Task.CompletedTask);
            await (transport?.Closing ?? Task.CompletedTask);
            transport?.Dispose();
        }

        _client.Dispose();
        _socket?.Dispose();
        if (_listener is not null)
        {
            await _listener.StopAsync(CancellationToken.None);
            await _listener.DisposeAsync();
        }

        _log.Dispose();
        await _sink.DisposeAsync();
        await _lines.DisposeAsync();
    }

    private static IPEndPoint End(EndPoint? end) => end as IPEndPoint ?? throw new InvalidOperationException("It has no end point.");
}
