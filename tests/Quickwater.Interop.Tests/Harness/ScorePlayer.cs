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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _stop = new();
    private Task _playing = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;
    private long _at;

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

    /// <summary>Waits until it is that far, in milliseconds.</summary>
    public Task ReachedAsync(long at) => Until.HoldsAsync(() => Volatile.Read(ref _at) >= at, TimeSpan.FromMilliseconds(at) + Patience, $"the publisher reaches {at} ms");

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
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var next = 0; next < cues.Count; await pace.WaitForNextTickAsync(_stop.Token))
        {
            Volatile.Write(ref _at, clock.ElapsedMilliseconds);
            for (; next < cues.Count && cues[next].At <= clock.ElapsedMilliseconds; next++)
            {
                await _socket.SendAsync(Chunk(cues[next]), _stop.Token);
            }
        }

        Volatile.Write(ref _at, long.MaxValue);
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
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (4u << 24) | (isExtended ? ExtendedTime : time));
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
