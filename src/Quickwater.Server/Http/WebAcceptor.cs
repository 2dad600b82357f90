using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// One listening socket of Kestrel's: it accepts who has a place, and answers everybody else with 503. Thread-safe.
/// </summary>
internal sealed class WebAcceptor : IConnectionListener, IMemoryPoolFeature
{
    private const int BurstMax = 16;
    private const int AskedBytesMax = 16 * 1024;

    private static readonly byte[] Refusal = [.. "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 10\r\n\r\n"u8];

    private readonly Socket _listener;
    private readonly WebPlaces _places;
    private readonly Func<Socket, ConnectionContext> _connect;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(); // bounded by the places
    private readonly AcceptLoop _loop;

    /// <summary>Starts to accept.</summary>
    /// <param name="listener">Where; becomes its own.</param>
    /// <param name="places">Who is let in.</param>
    /// <param name="connect">Makes a connection of Kestrel's.</param>
    /// <param name="memory">Kestrel's memory.</param>
    public WebAcceptor(Socket listener, WebPlaces places, Func<Socket, ConnectionContext> connect, MemoryPool<byte> memory)
    {
        MemoryPool = memory;
        _listener = listener;
        _places = places;
        _connect = connect;
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

            Pass(socket, remote, holder);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose(); // the peer is gone already
        }
    }

    private void Pass(Socket socket, IPEndPoint remote, MemoryHolder holder)
    {
        var isPassed = false;
        try
        {
            socket.NoDelay = true;
            var connection = _connect(socket);
            connection.Features.Set<IMemoryPoolFeature>(this);
            isPassed = _accepted.Writer.TryWrite(new PlacedConnection(connection, () => _places.Leave(remote, holder))); // read until it is disposed of
        }
        finally
        {
            if (!isPassed)
            {
                socket.Dispose();
                _places.Leave(remote, holder);
            }
        }
    }

    // A new socket takes so few bytes without waiting. What the peer has asked is read before, or the close would reset the connection; who goes on sending is
    // not waited for, since all others wait meanwhile.
    private static void Refuse(Socket socket)
    {
        using (socket)
        {
            Span<byte> asked = stackalloc byte[2048];
            socket.Blocking = false;
            for (var read = 0; read < AskedBytesMax && socket.Available > 0;)
            {
                var length = socket.Receive(asked, SocketFlags.None, out _);
                read += length > 0 ? length : AskedBytesMax;
            }

            socket.Send(Refusal, SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
    }
}
