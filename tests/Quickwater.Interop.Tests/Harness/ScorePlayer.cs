using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quickwater.Interop.Tests;

/// <summary>Publishes over RTMP exactly what it is told, when it is told: also what no encoder in its right mind sends.</summary>
internal sealed class ScorePlayer : IAsyncDisposable
{
    private const int ChunkBytes = 65_536;
    private const uint ExtendedTime = 0xFFFFFF;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _stop = new();
    private Task _playing = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;

    /// <summary>Completes when all is sent; the connection stays open until it is disposed of.</summary>
    public Task Done => _playing;

    /// <summary>Connects, publishes, and begins to send.</summary>
    public static async Task<ScorePlayer> StartAsync(IPEndPoint server, string application, string stream, IEnumerable<Cue> cues)
    {
        var player = new ScorePlayer();
        await player._socket.ConnectAsync(server);
        await player._socket.SendAsync(RawRtmp.Publishing(application, stream));
        await player._socket.SendAsync(RawRtmp.Chunk(1, 4, 0, 1, 0, 0)); // chunks of 64 KiB from here on
        player._listening = player.ListenAsync();
        player._playing = player.PlayAsync([.. cues.OrderBy(static cue => cue.At)]);
        return player;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        foreach (var task in new[] { _playing, _listening })
        {
            try
            {
                await task;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // It was stopped in the middle.
            }
        }

        _stop.Dispose();
    }

    private async Task PlayAsync(IReadOnlyList<Cue> cues)
    {
        var clock = Stopwatch.StartNew();
        foreach (var cue in cues)
        {
            var due = TimeSpan.FromMilliseconds(cue.At) - clock.Elapsed;
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, _stop.Token);
            }

            await _socket.SendAsync(Chunk(cue), _stop.Token);
        }
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        while (await _socket.ReceiveAsync(buffer, _stop.Token) > 0)
        {
        }
    }

    // One chunk of type 0 on the message stream that was created.
    private static byte[] Chunk(Cue cue)
    {
        Assert.True(cue.Body.Length <= ChunkBytes, "a frame is larger than a chunk");
        var time = unchecked((uint)cue.Time);
        var isExtended = time >= ExtendedTime;
        var bytes = new byte[12 + (isExtended ? 4 : 0) + cue.Body.Length];
        bytes[0] = 4;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(0), (4u << 24) | (isExtended ? ExtendedTime : time));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), ((uint)cue.Body.Length << 8) | (byte)cue.Type);
        bytes[8] = 1;
        if (isExtended)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), time);
        }

        cue.Body.CopyTo(bytes.AsSpan(bytes.Length - cue.Body.Length));
        return bytes;
    }
}
