using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A viewer that is a socket and a reader of chunks and nothing more, so that hundreds of them cost little. It can stop reading for a while,
/// and keep what it gets as an FLV file.
/// </summary>
internal sealed class SocketViewer : IAsyncDisposable
{
    private const int HandshakeBytes = 1 + 2 * 1536;
    private static readonly PooledBytes.Pool Buffers = new(new LeakCounters());

    private readonly Socket _socket;
    private readonly TagSink _sink = new();
    private readonly FileStream? _file;
    private readonly ChunkReader _reader = new(RtmpLimits.Default, Buffers);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _stalled;
    private Task _reading = Task.CompletedTask;
    private byte[] _tag = [];
    private int _skip = HandshakeBytes;
    private uint _last;

    private SocketViewer(Socket socket, string? file)
    {
        _socket = socket;
        if (file is not null)
        {
            _file = File.Create(file);
            Span<byte> header = stackalloc byte[FlvWriter.HeaderBytes];
            FlvWriter.WriteHeader(header, hasAudio: true, hasVideo: true);
            _file.Write(header);
        }
    }

    /// <summary>This side's address, as the server logs it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How many messages of media came.</summary>
    public int Count => _sink.Count;

    /// <summary>Whether the server said that the stream has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The timestamp of the last message, in milliseconds.</summary>
    public uint Last => Volatile.Read(ref _last);

    /// <summary>The media that came.</summary>
    public Tag[] Tags => _sink.Tags;

    /// <summary>Connects, asks for a stream and reads from now on.</summary>
    /// <param name="server">Where RTMP listens.</param>
    /// <param name="application">The application.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="file">Where to keep the media; null keeps tags only.</param>
    public static async Task<SocketViewer> JoinAsync(IPEndPoint server, string application, string stream, string? file = null)
    {
        // A small buffer, so that what the kernel holds for a viewer that stands still is little.
        var viewer = new SocketViewer(new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 128 * 1024 }, file);
        await viewer._socket.ConnectAsync(server);
        viewer.Name = $"{viewer._socket.LocalEndPoint}";
        await viewer._socket.SendAsync(RawRtmp.Playing(application, stream));
        viewer._reading = Task.Run(viewer.ReadAsync);
        return viewer;
    }

    /// <summary>Reads nothing until <see cref="Resume"/>.</summary>
    public void Stall()
    {
        lock (_gate)
        {
            _stalled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Reads again.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _stalled?.SetResult();
            _stalled = null;
        }
    }

    /// <summary>Ends it. What it kept is complete then. What went wrong while it read is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        Resume();
        if (_socket.Connected)
        {
            _socket.Shutdown(SocketShutdown.Send); // the server answers with its own end
        }

        await _reading.WaitAsync(TimeSpan.FromSeconds(60));
        _socket.Dispose();
        _reader.Release();
        _file?.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var kept = 0;
        while (true)
        {
            Task? stalled;
            lock (_gate)
            {
                stalled = _stalled?.Task;
            }

            if (stalled is not null)
            {
                await stalled;
            }

            var got = await _socket.ReceiveAsync(buffer.AsMemory(kept));
            if (got == 0)
            {
                return;
            }

            kept = Take(buffer, kept + got);
        }
    }

    // Returns how many bytes are left for the next time: less than a header.
    private int Take(byte[] buffer, int length)
    {
        var skipped = Math.Min(_skip, length);
        _skip -= skipped;
        var bytes = buffer.AsSpan(skipped, length - skipped);
        while (true)
        {
            var status = _reader.Read(bytes, out var consumed, out var message);
            bytes = bytes[consumed..];
            if (status != WireReadStatus.Item)
            {
                Assert.Equal(Reason.None, _reader.Failure);
                bytes.CopyTo(buffer);
                return bytes.Length;
            }

            if (message.Type is RtmpMessageType.Audio or RtmpMessageType.Video)
            {
                Keep((FlvTagType)message.Type, message.Timestamp, message.Payload.Span);
                Volatile.Write(ref _last, message.Timestamp);
                _sink.Media(message.Type, message.Timestamp, message.Payload, default);
            }
            else
            {
                HasEnded |= message.Payload.Span.IndexOf("NetStream.Play.UnpublishNotify"u8) >= 0;
                message.Payload.Release();
            }
        }
    }

    private void Keep(FlvTagType type, uint timestamp, ReadOnlySpan<byte> body)
    {
        if (_file is null)
        {
            return;
        }

        var length = FlvWriter.Measure(body.Length);
        _tag = _tag.Length >= length ? _tag : new byte[length * 2];
        FlvWriter.Encode(_tag, type, timestamp, body);
        _file.Write(_tag.AsSpan(0, length));
    }
}
