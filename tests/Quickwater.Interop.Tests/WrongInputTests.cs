using System.Text;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>What strangers send to the RTMP port costs them their connection, with its reason, and nobody else anything.</summary>
[Collection(RealClientsCollection.Name)]
[Requirement("RTMP-20.1")]
public sealed class WrongInputTests(ITestOutputHelper output)
{
    private const byte Command = 20;
    private const byte SetChunkSize = 1;
    private const byte Aggregate = 22;
    private const long AllocatedMax = 512L * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The command's name, an AMF0 string whose last bytes are missing.
    private static readonly byte[] CutName = [2, 0, 7, .. "conn"u8];

    // connect, 1, and an AMF0 long string of 2 GiB less a byte.
    private static readonly byte[] HugeString = [2, 0, 7, .. "connect"u8, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0x0C, 0x7F, 0xFF, 0xFF, 0xFF, .. "abc"u8];

    // connect, 1, and an object in an object in an object.
    private static readonly byte[] DeepObject =
        [2, 0, 7, .. "connect"u8, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 10_000).SelectMany(_ => new byte[] { 3, 0, 1, (byte)'a' })];

    // Far more audio messages of no bytes than an aggregate may have.
    private static readonly byte[] Bomb = [.. Enumerable.Range(0, 20_000).SelectMany(_ => (byte[])[8, .. new byte[14]])];

    private static readonly byte[] LargeChunks = RawRtmp.Chunk(SetChunkSize, 4, 0, 0xFF, 0xFF, 0xFF);

    // As many as ids of three bytes can name, or until it is told to stop.
    private static readonly byte[] ChunkStreams =
        [.. Enumerable.Range(0, 65_000).SelectMany(id => (byte[])[1, (byte)id, (byte)(id >> 8), .. new byte[11]])];

    private static readonly (string What, byte[] Bytes, string Reason)[] Inputs =
    [
        ("HTTP", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "wrong_protocol"),
        ("TLS", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3], "wrong_protocol"),
        ("another version", [6, .. new byte[1536]], "unsupported_version"),
        ("half a handshake", [3, .. new byte[700]], "handshake_timeout"),
        ("garbage after the handshake", [.. RawRtmp.Handshake, .. Enumerable.Repeat((byte)0xFF, 4000)], "malformed_header"),
        ("a truncated command name", [.. RawRtmp.Handshake, .. RawRtmp.Chunk(Command, CutName.Length, CutName)], "malformed_amf"),
        ("a string of 2 GB", [.. RawRtmp.Handshake, .. RawRtmp.Chunk(Command, HugeString.Length, HugeString)], "amf_too_large"),
        ("a chunk size of 0", [.. RawRtmp.Handshake, .. RawRtmp.Chunk(SetChunkSize, 4, 0, 0, 0, 0)], "chunk_size_out_of_range"),
        ("65,000 chunk streams", [.. RawRtmp.Handshake, .. ChunkStreams], "too_many_chunk_streams"),
        ("a command nested 10,000 deep", [.. RawRtmp.Handshake, .. LargeChunks, .. RawRtmp.Chunk(Command, DeepObject.Length, DeepObject)], "amf_too_deep"),
        ("an aggregate of 20,000", [.. RawRtmp.Handshake, .. LargeChunks, .. RawRtmp.Chunk(Aggregate, Bomb.Length, Bomb)], "message_too_large"),
        ("a message of 16 MB", [.. RawRtmp.Handshake, .. RawRtmp.Chunk(Command, 0xFFFFFF)], "message_too_large"),
    ];

    [Fact]
    [Requirement("RTMP-1.5/logged", "RTMP-1.6/logged", "RTMP-1.10/logged", "RTMP-2.7", "RTMP-3.10", "RTMP-18.3")]
    public async Task It_ends_the_connection_with_its_reason_and_a_stream_goes_on()
    {
        var clip = await Clip.LoadAsync();
        await using var server = await ServerProcess.StartAsync(
            output, "--demo", "--set", "rtmp.handshakeTimeout=5s", "--set", "rtmp.messageBytesMax=4MiB");
        using var audience = new Audience();
        var viewer = await audience.JoinAsync(server.RtmpUrl("live/demo"));
        await viewer.GotAsync(10);
        var before = await server.MetricsAsync();

        foreach (var (what, bytes, reason) in Inputs)
        {
            var closed = (await server.MetricsAsync()).Closed(reason);
            var name = await BeToldToGoAsync(server, bytes);
            var line = await server.Log.FirstAsync(
                text => text.Contains($"ended: rtmp from {name},", StringComparison.Ordinal), Patience);
            output.WriteLine($"{what}: {reason}");
            if (reason.Contains("amf", StringComparison.Ordinal))
            {
                var why = await server.Log.FirstAsync(
                    text => text.Contains($"from {name} sent a command that cannot be read (stream none):", StringComparison.Ordinal), Patience);
                Assert.Matches($@", at byte [0-9]+ of the message \[{reason}\]$", why);
            }

            Assert.EndsWith($"[{reason}]", line, StringComparison.Ordinal);
            await server.MetricsAsync(metrics => metrics.Closed(reason) == closed + 1, $"{what} is counted as {reason}");
        }

        await viewer.GotAsync(viewer.Sink.Count + 50);
        output.WriteLine($"The viewer got {clip.AssertUnbroken(viewer.Tags)} media messages.");
        AssertAllocatedLittle(before, await server.MetricsAsync());
        Assert.Null(audience.Fault);
    }

    [Fact]
    [Requirement("RTMP-20.1")]
    public async Task A_flood_of_half_open_connections_ends_at_the_deadline()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.handshakeTimeout=1s");
        var strangers = new List<RawRtmp>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                strangers.Add(await RawRtmp.SendAsync(server.Rtmp, i % 2 == 0 ? new byte[] { 3 } : RawRtmp.Handshake.AsMemory(0, 1000)));
            }

            foreach (var stranger in strangers)
            {
                await stranger.EndedAsync();
                stranger.Dispose();
            }

            await server.MetricsAsync(metrics => metrics.Closed("handshake_timeout") == 200, "all 200 ended at the deadline");
        }
        finally
        {
            strangers.ForEach(stranger => stranger.Dispose());
        }

        await server.EmptyAsync();
    }

    // Sends, reads to the end, and closes.
    private static async Task<string> BeToldToGoAsync(ServerProcess server, byte[] bytes)
    {
        using var stranger = await RawRtmp.SendAsync(server.Rtmp, bytes);
        await stranger.EndedAsync();
        return stranger.Name;
    }

    // What was declared was never allocated.
    private void AssertAllocatedLittle(Metrics before, Metrics after)
    {
        const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
        var bytes = after.Sum(Allocated) - before.Sum(Allocated);
        output.WriteLine($"Allocated meanwhile: {bytes / (1024 * 1024):0.0} MiB");
        Assert.InRange(bytes, 1, AllocatedMax);
    }
}
