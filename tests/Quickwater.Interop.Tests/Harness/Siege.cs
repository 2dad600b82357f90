using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quickwater.Interop.Tests;

/// <summary>All that was ever seen to bring a server down, each kind from an address of its own, until it is disposed.</summary>
internal sealed class Siege : IAsyncDisposable
{
    /// <summary>How many addresses it comes from.</summary>
    public const int Addresses = 9;

    private const byte SetChunkSize = 1;
    private const byte Video = 9;
    private const int SmallMessageBytes = 64_000; // within what a peer that has not said who it is may hold
    private const int LargeMessageBytes = 0xFFFFFF;
    private const int NeverSentBytes = 1000;
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_stay = TimeSpan.FromSeconds(10);

    private readonly Attackers _attackers = new();
    private readonly ServerProcess _server;
    private readonly string _application;
    private readonly string _stream;
    private long _flood;
    private long _names;
    private long _refusedKeys;
    private long _acceptedKeys;

    /// <summary>Prepares; nothing comes yet.</summary>
    /// <param name="server">Who is besieged.</param>
    /// <param name="application">The application that has a stream.</param>
    /// <param name="stream">The stream that some watch without reading.</param>
    public Siege(ServerProcess server, string application, string stream) => (_server, _application, _stream) = (server, application, stream);

    /// <summary>Connections tried so far.</summary>
    public long Connects => _attackers.Connects;

    /// <summary>Those of the flood among them, all from one address.</summary>
    public long Flood => Interlocked.Read(ref _flood);

    /// <summary>Keys that were tried and refused.</summary>
    public long RefusedKeys => Interlocked.Read(ref _refusedKeys);

    /// <summary>Keys that were tried and let in.</summary>
    public long AcceptedKeys => Interlocked.Read(ref _acceptedKeys);

    /// <summary>Names that nobody publishes and that were asked for.</summary>
    public long Names => Interlocked.Read(ref _names);

    /// <summary>Begins what needs a place to do its harm.</summary>
    public void Begin()
    {
        var (rtmp, http) = (_server.Rtmp, _server.Http);
        _attackers.Repeat(s_beat, 220, 2, rtmp, socket => UnfinishedAsync(socket, SmallMessageBytes));
        _attackers.Repeat(s_beat, 4, 3, rtmp, socket => UnfinishedAsync(socket, LargeMessageBytes));
        _attackers.Repeat(s_beat, 80, 4, rtmp, WaitAsync);
        _attackers.Repeat(s_beat, 15, 5, rtmp, socket => StallAsync(socket, RawRtmp.Playing(_application, _stream)));
        _attackers.Repeat(s_beat, 15, 6, http, socket => StallAsync(
            socket, Encoding.ASCII.GetBytes($"GET /{_application}/{_stream}.flv HTTP/1.1\r\nHost: {http}\r\n\r\n")));
        _attackers.Repeat(TimeSpan.FromMilliseconds(50), 4, 7, rtmp, GuessAsync);
    }

    /// <summary>Begins what takes all places of one address.</summary>
    public void Crowd() => _attackers.Repeat(s_beat, 420, 8, _server.Rtmp, _attackers.ReadToEndAsync);

    /// <summary>Begins what takes every place there is, and what makes lines in the log.</summary>
    public void Fill()
    {
        _attackers.Repeat(s_beat, 250, 9, _server.Rpc, _attackers.ReadToEndAsync);
        _attackers.Flood(TimeSpan.FromMilliseconds(20), 10, 10, _server.Rtmp, FloodAsync);
    }

    /// <summary>All leave.</summary>
    public ValueTask DisposeAsync() => _attackers.DisposeAsync();

    // A message that is never whole, before connect.
    private async Task UnfinishedAsync(Socket socket, int bytes)
    {
        await socket.SendAsync((byte[])[.. RawRtmp.Handshake, .. RawRtmp.Chunk(SetChunkSize, 4, 0, 0xFF, 0xFF, 0xFF), .. RawRtmp.Chunk(Video, bytes)], _attackers.Over);
        var part = new byte[bytes - NeverSentBytes];
        for (var at = 0; at < part.Length;)
        {
            at += await socket.SendAsync(part.AsMemory(at), _attackers.Over);
        }

        await _attackers.StayAsync(s_stay);
    }

    private async Task WaitAsync(Socket socket)
    {
        await socket.SendAsync(RawRtmp.Playing(_application, $"absent-{Interlocked.Increment(ref _names)}"), _attackers.Over);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_attackers.Over);
        enough.CancelAfter(s_stay);
        await HearAsync(socket, "NetStream.Play.StreamNotFound", enough.Token);
    }

    private async Task StallAsync(Socket socket, byte[] request)
    {
        await socket.SendAsync(request, _attackers.Over);
        await _attackers.StayAsync(s_stay * 2);
    }

    private async Task GuessAsync(Socket socket)
    {
        await socket.SendAsync(RawRtmp.Publishing(_application, $"loot?key={Guid.NewGuid():N}"), _attackers.Over);
        var said = await HearAsync(socket, "NetStream.Publish.", _attackers.Over);
        Interlocked.Increment(ref said.Contains("NetStream.Publish.Start", StringComparison.Ordinal) ? ref _acceptedKeys : ref _refusedKeys);
    }

    private async Task FloodAsync(Socket socket)
    {
        Interlocked.Increment(ref _flood);
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), _attackers.Over);
        await _attackers.ReadToEndAsync(socket);
    }

    // Reads until that is said, or to the end.
    private static async Task<string> HearAsync(Socket socket, string what, CancellationToken over)
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (!said.ToString().Contains(what, StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, over) is > 0 and var got)
        {
            said.Append(Encoding.Latin1.GetString(buffer, 0, got));
        }

        return said.ToString();
    }
}
