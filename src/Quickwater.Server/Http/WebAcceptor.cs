using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// One listening socket of Kestrel's: it accepts who has a place, and answers everybody else with 503. Thread-safe.
/// </summary>
internal sealed class WebAcceptor : IConnectionListener, IMemoryPoolFeature
{
    private const int BurstMax = 16;

    private static readonly byte[] Refusal = [.. "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 10\r\n\r\n"u8];

    private readonly Socket _listener;
    private readonly WebPlaces _places;
    private readonly SocketConnectionContextFactory _connections;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(); // bounded by the places
    private readonly AcceptLoop _loop;

    /// <summary>Starts to accept; the socket becomes its own.</summary>
    public WebAcceptor(Socket listener, WebPlaces places, ILoggerFactory loggers, MemoryPool<byte> memory)
    {
        MemoryPool = memory;
        _listener = listener;
        _places = places;
        _connections = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions(), loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
        EndPoint = listener.LocalEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        _loop = new AcceptLoop(listener, BurstMax, HandOn, places, places.Time);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <inheritdoc/>
    /// <remarks>Kestrel asks its pool for buffers of no size and wants a block; the pool that a connection has by itself gives it none.</remarks>
    public MemoryPool<byte> MemoryPool { get; }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _loop.Stop();
        _listener.Dispose();
        await _loop.DisposeAsync();
        _accepted.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_accepted.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }

        _connections.Dispose();
    }

    private void HandOn(Socket socket)
    {
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint remote)
            {
                socket.Dispose();
                return;
            }

            if (_places.TryEnter(remote) is not { } holder)
            {
                Refuse(socket);
                return;
            }

            socket.NoDelay = true;
            var connection = _connections.Create(socket);
            connection.Features.Set<IMemoryPoolFeature>(this);
            _accepted.Writer.TryWrite(new PlacedConnection(connection, () => _places.Leave(remote, holder))); // read until it is disposed of
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose(); // the peer is gone already
        }
    }

    // A new socket takes so few bytes without waiting. What the peer has asked is read before, or the close would reset the connection.
    private static void Refuse(Socket socket)
    {
        using (socket)
        {
            Span<byte> asked = stackalloc byte[2048];
            socket.Blocking = false;
            while (socket.Available > 0 && socket.Receive(asked, SocketFlags.None, out var error) > 0 && error == SocketError.Success)
            {
            }

            socket.Send(Refusal, SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
    }
}
