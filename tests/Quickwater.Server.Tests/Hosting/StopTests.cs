using System.Net;
using System.Net.Sockets;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A stop with a connection that does not leave: it has shaken hands and says nothing more.</summary>
public sealed class StopTests
{
    [Fact]
    [Requirement("RTMP-19.3", "RTMP-19.4")]
    public async Task What_does_not_finish_within_the_grace_is_cut_off()
    {
        var server = await RunningServer.StartAsync("shutdown.grace=100ms");
        using var mute = await MuteAsync(server.Rtmp);

        await server.Server.StopAsync(CancellationToken.None);

        await EndedAsync(mute);
        await server.DisposeAsync();
        var lines = server.Lines;
        Assert.Contains("1 have 0.1 s to finish", lines, StringComparison.Ordinal);
        Assert.Contains("1 connections did not finish in time and are cut off", lines, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-19.5")]
    public async Task A_hurried_stop_does_not_wait_for_the_grace()
    {
        var server = await RunningServer.StartAsync("shutdown.grace=10m");
        using var mute = await MuteAsync(server.Rtmp);
        using var hurry = new CancellationTokenSource();
        var stopping = server.Server.StopAsync(hurry.Token);
        Assert.False(stopping.IsCompleted);

        await hurry.CancelAsync();

        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        await EndedAsync(mute);
        await server.DisposeAsync();
        Assert.Contains("1 connections did not finish in time and are cut off", server.Lines, StringComparison.Ordinal);
    }

    /// <summary>A connection that is open for sure: the server has answered its handshake.</summary>
    internal static async Task<Socket> MuteAsync(IPEndPoint rtmp)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rtmp);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync((byte[])[3, .. new byte[1536]]);
        await stream.ReadExactlyAsync(new byte[1 + 1536 + 1536]);
        return socket;
    }

    /// <summary>Waits until the server has ended it, by a close or a reset.</summary>
    internal static async Task EndedAsync(Socket socket)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[10], late.Token));
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }
}
