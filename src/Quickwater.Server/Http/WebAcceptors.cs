using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>Makes Kestrel's listening sockets ours. Kestrel's own spin when descriptors are short, and know no limit for an address.</summary>
/// <param name="places">Who is let in.</param>
/// <param name="loggers">For Kestrel's connections.</param>
/// <param name="pools">Kestrel's memory.</param>
internal sealed class WebAcceptors(WebPlaces places, ILoggerFactory loggers, IMemoryPoolFactory<byte> pools) : IConnectionListenerFactory, IDisposable
{
    private const int Backlog = 512;

    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions(), loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        try
        {
            socket.Listen(Backlog);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        return ValueTask.FromResult<IConnectionListener>(new WebAcceptor(socket, places, _connections.Create, pools.Create()));
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();
}
