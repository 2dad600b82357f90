using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quickwater.Testing;

/// <summary>A caller that speaks the base protocol by bytes, as a program in another language does.</summary>
public sealed class RawRpc : IDisposable
{
    /// <summary>Bytes of a header.</summary>
    public const int HeaderBytes = 12;

    private const uint Magic = 0xC0DEBABE;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<byte> _unsent = [];

    private RawRpc()
    {
    }

    public static async Task<RawRpc> ConnectAsync(IPEndPoint server)
    {
        var caller = new RawRpc();
        await caller._socket.ConnectAsync(server);
        return caller;
    }

    public void Write(uint id, string body) => WriteRaw(Request(id, body));

    /// <summary>A request's bytes.</summary>
    public static byte[] Request(uint id, string body)
    {
        var text = Encoding.UTF8.GetBytes(body);
        var bytes = new byte[HeaderBytes + text.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)text.Length);
        text.CopyTo(bytes, HeaderBytes);
        return bytes;
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes) => _unsent.AddRange(bytes);

    public async Task FlushAsync(CancellationToken cancel = default)
    {
        var bytes = _unsent.ToArray();
        _unsent.Clear();
        for (var at = 0; at < bytes.Length;)
        {
            at += await _socket.SendAsync(bytes.AsMemory(at), cancel);
        }
    }

    /// <summary>Finishes its side; the answers still come.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads until the server's end, which must be in order and behind whole frames.</summary>
    public async Task<IReadOnlyList<(uint Id, string Body)>> ReadToEndAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within);
        using var received = new MemoryStream();
        var buffer = new byte[65536];
        int bytes;
        while ((bytes = await _socket.ReceiveAsync(buffer, late.Token)) > 0)
        {
            received.Write(buffer, 0, bytes);
        }

        return Parse(received.ToArray());
    }

    public void Dispose() => _socket.Dispose();

    private static List<(uint Id, string Body)> Parse(ReadOnlySpan<byte> bytes)
    {
        var answers = new List<(uint, string)>();
        while (bytes.Length > 0)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
            {
                throw new InvalidDataException("An answer does not begin with the magic number.");
            }

            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
            answers.Add((BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), Encoding.UTF8.GetString(bytes.Slice(HeaderBytes, length))));
            bytes = bytes[(HeaderBytes + length)..];
        }

        return answers;
    }
}
