using System.Net.Sockets;
using Quickwater.Rtmp;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class HandshakeEntropyTests
{
    [Fact]
    [Requirement("RTMP-1.1", "RTMP-1.2", "RTMP-1.7/random")]
    public async Task A_version_byte_alone_is_answered_with_random_bytes_that_no_other_connection_gets()
    {
        await using var server = await RunningServer.StartAsync();
        var first = await GreetAsync(server);
        var second = await GreetAsync(server);

        Assert.Equal((Handshake.Version, Handshake.Version), (first[0], second[0]));
        var same = first.Skip(9).Zip(second.Skip(9)).Count(static pair => pair.First == pair.Second);
        Assert.InRange(same, 0, 100); // of 1528, where chance alone gives six
    }

    // S0 and S1, before any C1.
    private static async Task<byte[]> GreetAsync(RunningServer server)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Rtmp, late.Token);
        await socket.SendAsync(new[] { Handshake.Version }, late.Token);
        var said = new byte[1 + Handshake.PacketBytes];
        for (var at = 0; at < said.Length;)
        {
            var taken = await socket.ReceiveAsync(said.AsMemory(at), late.Token);
            Assert.NotEqual(0, taken);
            at += taken;
        }

        return said;
    }
}
