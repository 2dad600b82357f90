using System.Net;
using System.Net.Sockets;

namespace Quickwater.Interop.Tests;

/// <summary>nginx with its RTMP module, as a peer: it pushes what is published to it under <c>push</c>, and pulls what is played of <c>pull</c>.</summary>
internal sealed class NginxRtmp : IAsyncDisposable
{
    private readonly TemporaryFolder _files = new();
    private Child? _nginx;

    private NginxRtmp(IPEndPoint place) => Place = place;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Place { get; }

    /// <summary>Starts it beside a server, and waits until it listens.</summary>
    public static async Task<NginxRtmp> StartAsync(IPEndPoint server, TimeSpan within)
    {
        var nginx = new NginxRtmp(FreePlace());
        try
        {
            var user = Environment.IsPrivilegedProcess ? "user root;" : "";
            await File.WriteAllTextAsync(
                nginx._files["nginx.conf"],
                $$"""
                load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
                {{user}}
                worker_processes 1;
                daemon off;
                pid {{nginx._files["pid"]}};
                error_log stderr info;
                events { worker_connections 64; }
                rtmp {
                  server {
                    listen {{nginx.Place}};
                    application push { live on; push rtmp://{{server}}/live; }
                    application pull { live on; pull rtmp://{{server}}/live; }
                  }
                }
                """);
            nginx._nginx = Child.Start("nginx", "-p", nginx._files["."], "-e", "stderr", "-c", nginx._files["nginx.conf"]);
            await Until.HoldsAsync(nginx.Listens, within, "nginx listens");
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        _files.Dispose();
    }

    // nginx cannot tell which port the system chose for it, so it is chosen before.
    private static IPEndPoint FreePlace()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private bool Listens()
    {
        using var socket = new Socket(Place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(Place);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
