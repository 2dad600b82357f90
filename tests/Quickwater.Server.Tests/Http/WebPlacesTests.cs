using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Who gets a place at an HTTP listener, and how long it may keep it without a word.</summary>
[Requirement("MED-9.5/places")]
public sealed class WebPlacesTests : IAsyncLifetime
{
    private const int RequestsOfDeaf = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly byte[] Ask = [.. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8];

    private readonly StringWriter _lines = new();
    private readonly LogSink _sink;
    private readonly LineLoggerProvider _log;
    private readonly List<Socket> _peers = [];

    public WebPlacesTests()
    {
        _sink = new LogSink(_lines, owned: false);
        _log = new LineLoggerProvider(_sink, LogFormat.Text, Microsoft.Extensions.Logging.LogLevel.Warning, TimeProvider.System);
    }

    [Fact]
    public async Task An_address_over_its_limit_is_answered_with_503_and_others_are_served()
    {
        var places = TestPlaces.Within(new DescriptorLedger(100, 8), most: 10, perAddressMax: 1);
        await using var listener = await StartAsync(places);
        Assert.StartsWith("HTTP/1.1 200", await AnswerAsync(Dial(listener, "127.0.0.1")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503", await AnswerAsync(Dial(listener, "127.0.0.1")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AnswerAsync(Dial(listener, "127.0.0.3")), StringComparison.Ordinal);
        Assert.Equal(1, places.Refused[Reason.TooManyConnectionsFromAddress]);
    }

    [Fact]
    public async Task Without_descriptors_it_answers_with_503_and_recovers_when_some_are_free()
    {
        var all = new DescriptorLedger(2, 8);
        var places = TestPlaces.Within(all, most: 10);
        await using var listener = await StartAsync(places);
        var first = Dial(listener, "127.0.0.1");
        await AnswerAsync(first);
        await AnswerAsync(Dial(listener, "127.0.0.3"));
        Assert.StartsWith("HTTP/1.1 503", await AnswerAsync(Dial(listener, "127.0.0.4")), StringComparison.Ordinal);
        Assert.Equal(1, places.Refused[Reason.TooManyOpenFiles]);

        first.Dispose();
        await Until.HoldsAsync(() => all.Open == 1, Patience, "its place is free");
        Assert.StartsWith("HTTP/1.1 200", await AnswerAsync(Dial(listener, "127.0.0.4")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_handed_on_gives_its_place_back_and_the_next_one_is_served()
    {
        var all = new DescriptorLedger(100, 8);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        using var factory = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), NullLogger.Instance);
        var connects = 0;
        await using var acceptor = new WebAcceptor(
            socket, TestPlaces.Within(all, most: 1), one => ++connects == 1 ? throw new InvalidOperationException("The first one fails.") : factory.Create(one), MemoryPool<byte>.Shared);

        var local = (IPEndPoint)acceptor.EndPoint;
        Assert.Equal(0, await Dial(local, "127.0.0.1").ReceiveAsync(new byte[1]).WaitAsync(Patience)); // it is closed
        await Until.HoldsAsync(() => all.Open == 0, Patience, "the failed one's place is free");
        Dial(local, "127.0.0.1");
        var connection = await acceptor.AcceptAsync().AsTask().WaitAsync(Patience);
        Assert.NotNull(connection);
        Assert.Equal(1, all.Open);
        await connection.DisposeAsync();
        Assert.Equal(0, all.Open);
    }

    [Fact]
    public async Task A_connection_whose_end_fails_gives_its_place_back_once()
    {
        var left = 0;
        var connection = new PlacedConnection(new Stubborn(), () => left++);
        await Assert.ThrowsAsync<IOException>(async () => await connection.DisposeAsync());
        await Assert.ThrowsAsync<IOException>(async () => await connection.DisposeAsync());
        Assert.Equal(1, left);
    }

    [Fact]
    public async Task Who_is_refused_and_goes_on_sending_keeps_nobody_waiting()
    {
        var places = TestPlaces.Within(new DescriptorLedger(1, 8), most: 10);
        await using var listener = await StartAsync(places);
        await AnswerAsync(Dial(listener, "127.0.0.1"));
        var noise = new byte[64 * 1024];
        for (var i = 0; i < 20; i++)
        {
            var peer = Dial(listener, "127.0.0.3");
            await Assert.ThrowsAsync<SocketException>(() => SendForeverAsync(peer, noise)).WaitAsync(Patience);
        }

        Assert.Equal(20, places.Refused[Reason.TooManyOpenFiles]);
    }

    [FullFact]
    public async Task Who_asks_and_never_reads_is_ended_and_so_is_who_never_asks()
    {
        var all = new DescriptorLedger(100, 8);
        await using var listener = await StartAsync(TestPlaces.Within(all, most: 10));
        Dial(listener, "127.0.0.3");
        var deaf = Dial(listener, "127.0.0.1");
        deaf.ReceiveBufferSize = 4096;
        var asking = Task.Run(async () =>
        {
            for (var i = 0; i < RequestsOfDeaf; i++)
            {
                await deaf.SendAsync(Ask);
            }
        });
        await Assert.ThrowsAsync<SocketException>(() => asking.WaitAsync(Patience));
        await Until.HoldsAsync(() => all.Open == 0, Patience, "both are ended");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _log.Dispose();
        await _sink.DisposeAsync();
        await _lines.DisposeAsync();
    }

    private Task<WebListener> StartAsync(WebPlaces places) => WebListener.StartAsync(
        new IPEndPoint(IPAddress.Loopback, 0), places, _log, static app => app.Run(static context => context.Response.WriteAsync(new string('x', 4096))), CancellationToken.None);

    private Socket Dial(WebListener listener, string from) => Dial(listener.Local, from);

    private Socket Dial(IPEndPoint to, string from)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peers.Add(peer);
        peer.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        peer.Connect(to);
        return peer;
    }

    private static async Task SendForeverAsync(Socket peer, byte[] bytes)
    {
        while (true)
        {
            await peer.SendAsync(bytes);
        }
    }

    private static async Task<string> AnswerAsync(Socket peer)
    {
        var buffer = new byte[256];
        try
        {
            await peer.SendAsync(Ask);
        }
        catch (SocketException)
        {
            // It was refused already.
        }

        var length = await peer.ReceiveAsync(buffer).WaitAsync(Patience);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    // A connection whose end throws.
    private sealed class Stubborn : DefaultConnectionContext
    {
        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            throw new IOException("The end fails.");
        }
    }
}
