using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quickwater.Testing;

/// <summary>A bare socket on the RTMP port, to say what no client would. It waits for the server's end with a deadline.</summary>
public sealed class RawRtmp : IDisposable
{
    private const int HandshakeBytes = 1536;
    private const byte CommandType = 20;
    private const byte Null = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawRtmp()
    {
    }

    /// <summary>C0, C1 and a C2 of zeros: enough of a handshake for a server that tolerates real clients.</summary>
    public static byte[] Handshake { get; } = [3, .. new byte[2 * HandshakeBytes]];

    /// <summary>This side's address, as the server logs it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Connects and sends. The server may end the connection before it has read all.</summary>
    public static async Task<RawRtmp> SendAsync(IPEndPoint server, ReadOnlyMemory<byte> bytes)
    {
        var raw = await ConnectAsync(server);
        try
        {
            await raw.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // It has heard enough.
        }

        return raw;
    }

    /// <summary>A connection that is open for sure and then says nothing: the server has answered C0 and C1, and C2 never comes.</summary>
    public static async Task<RawRtmp> MuteAsync(IPEndPoint server)
    {
        var raw = await ConnectAsync(server);
        await raw.SendAsync(Handshake.AsMemory(0, 1 + HandshakeBytes));
        using var late = new CancellationTokenSource(Patience);
        var answer = new byte[1 + (2 * HandshakeBytes)];
        for (var at = 0; at < answer.Length;)
        {
            var got = await raw._socket.ReceiveAsync(answer.AsMemory(at), late.Token);
            at += got > 0 ? got : throw new InvalidDataException("The server ended the connection within the handshake.");
        }

        return raw;
    }

    /// <summary>Sends more.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var late = new CancellationTokenSource(Patience);
        for (var at = 0; at < bytes.Length;)
        {
            at += await _socket.SendAsync(bytes[at..], late.Token);
        }
    }

    /// <summary>Reads until the server ends the connection, by a close or a reset. The answer is all it said, a character a byte.</summary>
    public async Task<string> EndedAsync()
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        using var late = new CancellationTokenSource(Patience);
        try
        {
            while (await _socket.ReceiveAsync(buffer, late.Token) is > 0 and var length)
            {
                said.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }

        return said.ToString();
    }

    /// <summary>The command connect.</summary>
    public static byte[] Connect(string application) =>
        Command(0, [.. Text("connect"), .. Number(1), 3, .. Text("app")[1..], .. Text(application), 0, 0, 9]);

    /// <summary>Handshake, connect, createStream and publish in one go: the answers are known.</summary>
    public static byte[] Publishing(string application, string stream) =>
    [
        .. Handshake,
        .. Connect(application),
        .. Command(0, [.. Text("createStream"), .. Number(2), Null]),
        .. Command(1, [.. Text("publish"), .. Number(0), Null, .. Text(stream), .. Text("live")]),
    ];

    /// <summary>Handshake, connect, createStream and play in one go.</summary>
    public static byte[] Playing(string application, string stream) =>
    [
        .. Handshake,
        .. Connect(application),
        .. Command(0, [.. Text("createStream"), .. Number(2), Null]),
        .. Command(1, [.. Text("play"), .. Number(0), Null, .. Text(stream)]),
    ];

    /// <summary>A whole chunk of type 0 on chunk stream 3.</summary>
    /// <param name="type">The message type.</param>
    /// <param name="declared">The length that its header declares.</param>
    /// <param name="body">What follows.</param>
    public static byte[] Chunk(byte type, int declared, params ReadOnlySpan<byte> body)
    {
        var bytes = new byte[12 + body.Length];
        bytes[0] = 3;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(3), declared); // the first byte is the timestamp's last: 0
        bytes[7] = type;
        body.CopyTo(bytes.AsSpan(12));
        return bytes;
    }

    public void Dispose() => _socket.Dispose();

    private static async Task<RawRtmp> ConnectAsync(IPEndPoint server)
    {
        var raw = new RawRtmp();
        using var late = new CancellationTokenSource(Patience);
        await raw._socket.ConnectAsync(server, late.Token);
        raw.Name = $"{raw._socket.LocalEndPoint}";
        return raw;
    }

    // AMF0, as far as it is needed here.
    private static byte[] Text(string text) => [2, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(double value)
    {
        var bytes = new byte[9];
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    // Short enough for one chunk of the initial size.
    private static byte[] Command(byte messageStream, byte[] body)
    {
        var chunk = Chunk(CommandType, body.Length, body);
        chunk[8] = messageStream; // little-endian
        return chunk;
    }
}
