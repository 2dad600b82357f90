using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Peers that read nothing, over real sockets: each limit ends them in its time, socket and all.</summary>
public sealed class UnreadTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_flush = TimeSpan.FromSeconds(30); // how long the server waits for a peer to take what is left, where it ends a connection in order

    private readonly TemporaryFolder _folder = new();
    private readonly List<Socket> _peers = [];

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _folder.Dispose();
    }

    [Fact]
    [Requirement("MED-9.9")]
    public async Task An_rpc_peer_that_reads_no_answer_is_gone_when_it_is_idle()
    {
        await using var server = await RunningServer.StartAsync("rpc.idleTimeout=2s");
        var peer = await ConnectAsync(server.Server.Rpc);
        var ask = RawRpc.Request(1, $$"""{"method":"echo","params":"{{new string('x', 60_000)}}"}""");
        await Task.WhenAll(AskAsync(peer, ask), EndsAsync(server, "idle_timeout"));
    }

    [Fact]
    [Requirement("AUD-8.1", "AUD-8.5", "MED-9.9")]
    public async Task Audio_clients_that_do_not_read_end_at_their_time_and_leave_their_places_to_a_good_one()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await RunningServer.StartAsync(
            $"audio.stations=speech={path}", "audio.connectionTimeMax=3s", "audio.clientsMax=3");
        for (var i = 0; i < 3; i++)
        {
            var deaf = await ConnectAsync(server.Server.Audio);
            await deaf.SendAsync(AudioMessageWriter.ToArray(new Hello("speech", "deaf")));
        }

        await EndsAsync(server, "duration_exceeded", times: 3);
        foreach (var deaf in _peers)
        {
            await ClosedAsync(deaf);
        }

        var good = await ConnectAsync(server.Server.Audio);
        await good.SendAsync(AudioMessageWriter.ToArray(new Hello("speech", "good")));
        var type = new byte[1];
        Assert.Equal(1, await good.ReceiveAsync(type).WaitAsync(s_patience));
        Assert.Equal((byte)AudioMessageType.Accept, type[0]);
    }

    [Fact]
    [Requirement("MED-9.9")]
    public async Task An_rtmp_peer_that_breaks_the_protocol_and_stays_is_gone_soon()
    {
        await using var server = await RunningServer.StartAsync();
        var peer = await ConnectAsync(server.Rtmp);
        await peer.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await EndsAsync(server, "wrong_protocol");
        await ClosedAsync(peer);
    }

    // Until the server says that it has ended so many, long before the time for an end in order is up.
    private static async Task EndsAsync(RunningServer server, string tag, int times = 1)
    {
        var clock = Stopwatch.StartNew();
        await Until.HoldsAsync(
            () => server.Lines.Split('\n').Count(line => line.Contains(" ended: ", StringComparison.Ordinal) && line.Contains($"[{tag}]", StringComparison.Ordinal)) == times,
            s_patience, $"{times} ended with {tag}");
        Assert.True(clock.Elapsed < s_flush / 2, $"it took {clock.Elapsed}");
    }

    // Whatever came before its end, this side's socket has come to it.
    private static async Task ClosedAsync(Socket peer)
    {
        using var late = new CancellationTokenSource(s_patience);
        var buffer = new byte[65_536];
        try
        {
            while (await peer.ReceiveAsync(buffer, late.Token) > 0)
            {
                // What it did not read before.
            }
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    private async Task<Socket> ConnectAsync(IPEndPoint? to)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        _peers.Add(peer);
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
