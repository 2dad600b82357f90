using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A listener that is a socket and a reader of messages and nothing more, so that hundreds of them cost little. It holds every chunk against what was
/// fed to the station, and can stop reading.
/// </summary>
internal sealed class SocketListener : IAsyncDisposable
{
    private const int HeaderBytes = 4;
    private const int PrefixBytes = 16;

    private readonly Socket _socket;
    private readonly StationFeed _feed;
    private readonly CancellationTokenSource _stalls = new();
    private Task _reading = Task.CompletedTask;
    private long _chunks;
    private long _last = -1;

    private SocketListener(Socket socket, StationFeed feed)
    {
        _socket = socket;
        _feed = feed;
    }

    /// <summary>Chunks that came, each of them as it was fed and directly behind the one before.</summary>
    public long Chunks => Volatile.Read(ref _chunks);

    /// <summary>The sequence number of the latest chunk; -1 before the first.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Whether the server has accepted it.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>Why the server ended it, as it said; <see cref="Reason.None"/> if it has not.</summary>
    public Reason Closing { get; private set; }

    /// <summary>What went wrong with what it was sent; null when nothing has.</summary>
    public string? Wrong { get; private set; }

    /// <summary>Connects, says hello and reads from now on.</summary>
    /// <param name="server">Where the audio protocol listens.</param>
    /// <param name="station">The station.</param>
    /// <param name="feed">What the station plays.</param>
    public static async Task<SocketListener> JoinAsync(IPEndPoint server, string station, StationFeed feed)
    {
        // A small buffer, so that what the kernel holds for a listener that stands still is little.
        var listener = new SocketListener(
            new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024, NoDelay = true }, feed);
        await listener._socket.ConnectAsync(server);
        await listener._socket.SendAsync(AudioMessageWriter.ToArray(new Hello(station, "crowd", BurstMilliseconds: 0)));
        listener._reading = Task.Run(listener.ReadAsync);
        return listener;
    }

    /// <summary>Reads nothing any more.</summary>
    public void Stall() => _stalls.Cancel();

    /// <summary>Waits until the server has ended it.</summary>
    public Task EndAsync(TimeSpan within) => _reading.WaitAsync(within);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.WaitAsync(TimeSpan.FromSeconds(60));
        _stalls.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        var kept = 0;
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.AsMemory(kept), _stalls.Token);
                if (got == 0)
                {
                    return;
                }

                kept = Take(buffer, kept + got);
            }
        }
        catch (OperationCanceledException)
        {
            // stalled
        }
        catch (SocketException e)
        {
            Wrong ??= $"the connection broke: {e.SocketErrorCode}";
        }
        catch (ObjectDisposedException)
        {
            // the test is over
        }
    }

    // Returns how many bytes are left for the next time: less than a message.
    private int Take(byte[] buffer, int length)
    {
        var bytes = buffer.AsSpan(0, length);
        while (bytes.Length >= HeaderBytes)
        {
            var body = (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0xFFFFFF);
            if (bytes.Length < HeaderBytes + body)
            {
                break;
            }

            Take((AudioMessageType)bytes[0], bytes.Slice(HeaderBytes, body));
            bytes = bytes[(HeaderBytes + body)..];
        }

        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    private void Take(AudioMessageType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case AudioMessageType.Accept:
                IsAccepted = true;
                break;
            case AudioMessageType.Refuse:
                Wrong ??= $"refused: {(Reason)BinaryPrimitives.ReadUInt16BigEndian(body)}";
                break;
            case AudioMessageType.Audio:
                TakeChunk((long)BinaryPrimitives.ReadUInt64BigEndian(body), body[PrefixBytes..]);
                break;
            case AudioMessageType.Notice when (NoticeKind)body[0] == NoticeKind.Skipped:
                Wrong ??= $"skipped behind {_last}";
                break;
            case AudioMessageType.Notice when (NoticeKind)body[0] == NoticeKind.Closing:
                Closing = (Reason)BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
                break;
            default:
                break;
        }
    }

    private void TakeChunk(long sequence, ReadOnlySpan<byte> samples)
    {
        if (_chunks > 0 && sequence != _last + 1)
        {
            Wrong ??= $"{sequence} came behind {_last}";
        }

        if (!samples.SequenceEqual(_feed.Chunk(sequence).Span))
        {
            Wrong ??= $"{sequence} is not what was fed";
        }

        Volatile.Write(ref _last, sequence);
        Volatile.Write(ref _chunks, _chunks + 1);
    }
}
