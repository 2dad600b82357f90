using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Quickwater.Audio;

namespace Quickwater.Server.Tests;

/// <summary>A listener over HTTP on a socket of its own, which reads only when told to.</summary>
internal sealed class WavDownload : IDisposable
{
    // Small, so that what the kernel holds for one that stands still is little.
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _body = [];

    /// <summary>What stands in front of the body.</summary>
    public string Head { get; private set; } = "";

    /// <summary>This side's address, as the server logs it.</summary>
    public string Name => $"{_socket.LocalEndPoint}";

    /// <summary>The samples so far, which stand behind the header.</summary>
    public byte[] Samples(AudioFormat format)
    {
        var header = new byte[WavHeader.BytesMax];
        var length = WavHeader.Write(header, format, sampleBytes: null);
        Assert.Equal(header[..length], _body.Take(length));
        return [.. _body.Skip(length)];
    }

    /// <summary>Asks for a station, and reads what stands in front of the answer's body.</summary>
    public static async Task<WavDownload> OpenAsync(RunningServer server, string station, CancellationToken cancel)
    {
        var download = new WavDownload();
        await download._socket.ConnectAsync(server.Server.Http ?? throw new InvalidOperationException("HTTP is off."), cancel);

        // 1.0: the body is not in chunks.
        await download._socket.SendAsync(Encoding.ASCII.GetBytes($"GET /audio/{station}.wav HTTP/1.0\r\n\r\n"), cancel);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await download._socket.ReceiveAsync(download._buffer.AsMemory(0, 1), cancel));
            head.Append((char)download._buffer[0]);
        }

        download.Head = head.ToString();
        return download;
    }

    /// <summary>Reads so many bytes more, or to the end. False at the end.</summary>
    public async Task<bool> ReadAsync(long bytes, CancellationToken cancel)
    {
        for (var until = _body.Count + bytes; _body.Count < until;)
        {
            var got = await ReceiveAsync(cancel);
            if (got == 0)
            {
                return false;
            }

            _body.AddRange(_buffer.AsSpan(0, got));
        }

        return true;
    }

    /// <summary>Reads on until it is told, or to the end.</summary>
    public async Task ReadOnAsync(CancellationToken cancel)
    {
        try
        {
            while (await ReadAsync(_buffer.Length, cancel))
            {
                // until it is told
            }
        }
        catch (OperationCanceledException)
        {
            // It was.
        }
    }

    public void Dispose() => _socket.Dispose();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {_body.Count} bytes");

    private async Task<int> ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            return await _socket.ReceiveAsync(_buffer, cancel);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0; // cut off
        }
    }
}
