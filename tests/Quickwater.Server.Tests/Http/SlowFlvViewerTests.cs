using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Quickwater.Media;
using Quickwater.Rtmp;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A viewer over HTTP that stops reading for a while.</summary>
public sealed class SlowFlvViewerTests
{
    private const int FrameMilliseconds = 20;
    private const int FramesInGroup = 10;
    private const int VideoBytes = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    [Requirement("RTMP-5.4", "RTMP-5.8")]
    public async Task A_viewer_that_stops_reading_drops_to_a_key_and_others_miss_nothing()
    {
        var server = await RunningServer.StartAsync("rtmp.lagTimeMax=4s");
        await using var running = server;
        using var late = new CancellationTokenSource(Patience);
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Film(), loop: true, stop.Token);
        using var steady = await View.OpenAsync(server, late.Token);
        using var slow = await View.OpenAsync(server, late.Token);
        await steady.ReadAsync(tag => tag.Type == FlvTagType.Audio && tag.Milliseconds > 0, late.Token);
        await slow.ReadAsync(tag => tag.Type == FlvTagType.Audio && tag.Milliseconds > 0, late.Token);

        // One stands still while the other reads on, until frames are dropped for the one and for half a second more.
        do
        {
            var half = steady.Media[^1].Milliseconds + 500;
            await steady.ReadAsync(tag => tag.Milliseconds > half, late.Token);
        }
        while (await DroppedAsync(server, slow, late.Token) < 2 * FramesInGroup);

        var back = steady.Media[^1].Milliseconds + 1000;
        var catching = slow.ReadAsync(tag => tag.Milliseconds > back, late.Token);
        await steady.ReadAsync(tag => tag.Milliseconds > back, late.Token);
        await catching;
        var ending = Task.WhenAll(steady.ReadAsync(_ => false, late.Token), slow.ReadAsync(_ => false, late.Token));
        await stop.CancelAsync();
        await publishing;
        await ending;
        await server.Server.StopAsync(CancellationToken.None);

        // The steady one: every frame, 20 ms apart.
        Assert.All(Video(steady).Zip(Video(steady).Skip(1)), pair =>
            Assert.Equal(FrameMilliseconds, pair.Second.Milliseconds - pair.First.Milliseconds));

        // The slow one: behind each gap in the video comes a key, and what it did not get is counted.
        var gaps = Video(slow).Zip(Video(slow).Skip(1)).Where(pair => pair.Second.Milliseconds - pair.First.Milliseconds != FrameMilliseconds).ToArray();
        Assert.NotEmpty(gaps);
        Assert.All(gaps, gap => Assert.True(gap.Second.IsKey, $"{gap}"));
        var offered = steady.Media.Count(tag => tag.Milliseconds >= slow.Media[0].Milliseconds);
        Assert.Equal(offered - slow.Media.Count, Dropped(server.Lines));
    }

    [Fact]
    [Requirement("RTMP-5.7", "RTMP-12.5")]
    public async Task A_viewer_of_low_latency_that_stood_still_gets_half_a_second_that_was_held_for_it_at_most_and_then_what_is_live()
    {
        const int BoundMilliseconds = 500; // what rtmp.lowLatencyMax is by default, and at most
        await using var server = await RunningServer.StartAsync();
        using var late = new CancellationTokenSource(Patience);
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Film(), loop: true, stop.Token);
        using var steady = await View.OpenAsync(server, late.Token);
        using var low = await View.OpenAsync(server, late.Token, "?latency=low");
        await low.ReadAsync(static tag => tag.IsKey, late.Token);
        await steady.ReadAsync(tag => tag.Milliseconds >= low.Media[^1].Milliseconds, late.Token);

        // It stands still while the stream goes on for many times what may be held for it.
        var stood = low.Media[^1].Milliseconds;
        await steady.ReadAsync(tag => tag.Milliseconds > stood + (10 * BoundMilliseconds), late.Token);
        var live = steady.Media[^1].Milliseconds;
        var reading = steady.ReadAsync(tag => tag.Milliseconds > live + 1000, late.Token);
        await low.ReadAsync(tag => tag.Milliseconds > live, late.Token);
        await reading;
        await stop.CancelAsync();
        await publishing;

        var (before, after) = low.Media.Zip(low.Media.Skip(1)).Single(pair => pair.Second.Milliseconds - pair.First.Milliseconds > BoundMilliseconds);
        Assert.InRange(before.Milliseconds - stood, 0, BoundMilliseconds);
        Assert.InRange(after.Milliseconds, live - BoundMilliseconds, int.MaxValue);
    }

    [Theory]
    [Requirement("RTMP-19.4", "RTMP-19.5")]
    [InlineData("shutdown.grace=2s", false, "drain_timeout")]
    [InlineData("shutdown.grace=10m", true, "forced_stop")]
    public async Task A_stop_cuts_off_a_viewer_that_does_not_take_what_it_is_owed(string grace, bool hurries, string reason)
    {
        var server = await RunningServer.StartAsync("rtmp.lagTimeMax=4s", grace);
        await using var running = server;
        using var late = new CancellationTokenSource(Patience);
        using var hurry = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Film(), loop: true);
        using var steady = await View.OpenAsync(server, late.Token);
        using var slow = await View.OpenAsync(server, late.Token);
        do
        {
            await steady.ReadAsync(tag => tag is { IsKey: true }, late.Token);
        }
        while (await DroppedAsync(server, slow, late.Token) == 0);

        var name = slow.Name;
        var stopping = server.Server.StopAsync(hurry.Token);
        if (hurries)
        {
            await hurry.CancelAsync();
        }
        else
        {
            await steady.ReadAsync(_ => false, late.Token);
        }

        await stopping.WaitAsync(late.Token);
        await publishing;
        Assert.Contains(server.Lines.Split('\n'), line =>
            line.Contains($"http-flv from {name}, ", StringComparison.Ordinal) && line.Contains($"[{reason}]", StringComparison.Ordinal));
    }

    private static View.Tag[] Video(View view) => [.. view.Media.Where(tag => tag.Type == FlvTagType.Video)];

    private static async Task<long> DroppedAsync(RunningServer server, View view, CancellationToken cancel)
    {
        using var report = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/connections"), cancel));
        return report.RootElement.GetProperty("connections").EnumerateArray()
            .Single(one => one.GetProperty("remote").GetString() == view.Name)
            .GetProperty("framesDropped").GetInt64();
    }

    // What the server says that both viewers together did not get.
    private static long Dropped(string log) => log.Split('\n')
        .Where(line => line.Contains(" left stream live/a: ", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(" frames delivered, ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    // One group of large pictures and an audio frame with each.
    private static byte[] Film()
    {
        var configurations = Clip.Tags(Clip.Cut(100)).Where(tag => tag.Type != FlvTagType.Script).DistinctBy(tag => tag.Type).ToArray();
        using var film = new MemoryStream();
        film.Write("FLV\x01\x05\0\0\0\x09\0\0\0\0"u8);
        foreach (var configuration in configurations)
        {
            Write(film, configuration.Type, 0, configuration.Body);
        }

        for (var i = 0; i < FramesInGroup; i++)
        {
            Write(film, FlvTagType.Video, i * FrameMilliseconds, [(byte)(i == 0 ? 0x17 : 0x27), 1, 0, 0, 0, .. new byte[VideoBytes]]);
            Write(film, FlvTagType.Audio, i * FrameMilliseconds, [0xAF, 1, .. new byte[100]]);
        }

        return film.ToArray();
    }

    private static void Write(MemoryStream film, FlvTagType type, int milliseconds, byte[] body)
    {
        Span<byte> header = stackalloc byte[11];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, body.Length | ((byte)type << 24));
        BinaryPrimitives.WriteInt32BigEndian(header[4..], milliseconds << 8);
        film.Write(header);
        film.Write(body);
        BinaryPrimitives.WriteInt32BigEndian(header, header.Length + body.Length);
        film.Write(header[..4]);
    }

    /// <summary>A viewer that reads only when told to.</summary>
    private sealed class View : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
        private Stream _body = Stream.Null;

        /// <summary>Video and audio that came, without configurations.</summary>
        public List<Tag> Media { get; } = [];

        /// <summary>This side's address, as the server reports it.</summary>
        public string Name => $"{_socket.LocalEndPoint}";

        public static async Task<View> OpenAsync(RunningServer server, CancellationToken cancel, string query = "")
        {
            var view = new View();
            await view._socket.ConnectAsync(server.Server.Http ?? throw new InvalidOperationException("HTTP is off."), cancel);
            await view._socket.SendAsync(Encoding.ASCII.GetBytes($"GET /live/a.flv{query} HTTP/1.0\r\n\r\n"), cancel); // 1.0: the body is not in chunks
            view._body = new NetworkStream(view._socket);
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await view._body.ReadExactlyAsync(one, cancel);
                head.Append((char)one[0]);
            }

            Assert.Contains(" 200 ", head.ToString(), StringComparison.Ordinal);
            await view._body.ReadExactlyAsync(new byte[13], cancel);
            return view;
        }

        /// <summary>Reads whole tags until one is as wanted, or to the end of the stream, which is behind a whole tag.</summary>
        public async Task ReadAsync(Func<Tag, bool> isLast, CancellationToken cancel)
        {
            var header = new byte[11];
            while (await _body.ReadAsync(header.AsMemory(0, 1), cancel) == 1)
            {
                await _body.ReadExactlyAsync(header.AsMemory(1), cancel);
                var length = BinaryPrimitives.ReadInt32BigEndian(header) & 0xFFFFFF;
                var body = new byte[length + 4];
                await _body.ReadExactlyAsync(body, cancel);
                Assert.Equal(header.Length + length, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(length)));
                var milliseconds = (BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)) >>> 8) | (header[7] << 24);
                var tag = new Tag((FlvTagType)header[0], milliseconds, body[0] == 0x17);
                if (length > 5 && body[1] == 1)
                {
                    Media.Add(tag);
                    if (isLast(tag))
                    {
                        return;
                    }
                }
            }
        }

        public void Dispose()
        {
            _body.Dispose();
            _socket.Dispose();
        }

        public sealed record Tag(FlvTagType Type, int Milliseconds, bool IsKey);
    }
}
