using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Quickwater.Audio;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Peers that read nothing, over real sockets: each limit ends them in its time, socket and all.</summary>
public sealed class UnreadTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_flush = TimeSpan.FromSeconds(30); // what an orderly end may take, and once every end took

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Requirement("MED-9.9")]
    public async Task An_rpc_peer_that_reads_no_answer_is_gone_when_it_is_idle()
    {
        await using var server = await RunningServer.StartAsync("rpc.idleTimeout=2s");
        using var peer = await ConnectAsync(server.Server.Rpc);
        var body = Encoding.UTF8.GetBytes($$"""{"method":"echo","params":"{{new string('x', 60_000)}}"}""");
        var ask = new byte[12 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(ask, 0xC0DEBABE);
        BinaryPrimitives.WriteUInt32BigEndian(ask.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32BigEndian(ask.AsSpan(8), (uint)body.Length);
        body.CopyTo(ask, 12);
#pragma warning disable CA2025 // it is awaited before the peer is disposed
        var asking = AskAsync(peer, ask);
#pragma warning restore CA2025
        await EndsAsync(server, "idle_timeout");
        await asking;
    }

    [Fact]
    [Requirement("AUD-8.1", "AUD-8.5", "MED-9.9")]
    public async Task Audio_clients_that_do_not_read_end_at_their_time_and_leave_their_places_to_a_good_one()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await RunningServer.StartAsync(
            $"audio.stations=speech={path}", "audio.connectionTimeMax=3s", "audio.clientsMax=3");
        var deaf = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            var peer = await ConnectAsync(server.Server.Audio);
            await peer.SendAsync(AudioMessageWriter.ToArray(new Hello("speech", "deaf")));
            deaf.Add(peer);
        }

        await EndsAsync(server, "duration_exceeded", times: 3);
        using var good = await ConnectAsync(server.Server.Audio);
        await good.SendAsync(AudioMessageWriter.ToArray(new Hello("speech", "good")));
        var type = new byte[1];
        Assert.Equal(1, await good.ReceiveAsync(type).WaitAsync(s_patience));
        Assert.Equal((byte)AudioMessageType.Accept, type[0]);
        deaf.ForEach(static peer => peer.Dispose());
    }

    [Fact]
    [Requirement("MED-9.9")]
    public async Task An_rtmp_peer_that_breaks_the_protocol_and_stays_is_gone_soon()
    {
        await using var server = await RunningServer.StartAsync();
        using var peer = await ConnectAsync(server.Rtmp);
        await peer.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
        await EndsAsync(server, "wrong_protocol");
    }

    // Until the server has closed them, and nothing of them is left.
    private static async Task EndsAsync(RunningServer server, string tag, int times = 1)
    {
        var clock = Stopwatch.StartNew();
        await Until.HoldsAsync(
            () => server.Lines.Split('\n').Count(line => line.Contains(" ended: ", StringComparison.Ordinal) && line.Contains($"[{tag}]", StringComparison.Ordinal)) == times,
            s_patience, $"{times} ended with {tag}");
        Assert.True(clock.Elapsed < s_flush / 2, $"it took {clock.Elapsed}");
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint? to)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await peer.ConnectAsync(to ?? throw new InvalidOperationException("It does not listen."));
        return peer;
    }

    // Asks until the server, whose answers nobody takes, reads no more and ends it.
    private static async Task AskAsync(Socket peer, byte[] ask)
    {
        try
        {
            while (true)
            {
                await peer.SendAsync(ask).WaitAsync(s_patience);
            }
        }
        catch (SocketException)
        {
            // It is reset: that is the end that is meant.
        }
    }
}
