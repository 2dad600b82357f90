using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class FlvViewersTests
{
    [Fact]
    [Requirement("RTMP-21.7/keyframe")]
    public async Task A_viewer_by_http_gets_the_stream_and_its_end()
    {
        await using var server = await RunningServer.StartAsync();
        var clip = Clip.Cut(1200);

        // The viewer comes first and waits.
        var viewing = server.Client.GetByteArrayAsync(server.Http("/live/a.flv"));
        await Clip.PublishAsync(server, "live/a", clip);

        Assert.Equal(Clip.Tags(clip).Select(tag => tag.Hex), Clip.Tags(await viewing).Select(tag => tag.Hex));
    }

    [Fact]
    public async Task A_viewer_by_websocket_gets_the_same()
    {
        await using var server = await RunningServer.StartAsync();
        var clip = Clip.Cut(600);
        using var socket = new ClientWebSocket();
        var url = new UriBuilder(server.Http("/live/a.flv")) { Scheme = "ws" }.Uri;

        var connecting = socket.ConnectAsync(url, CancellationToken.None);
        var publishing = Clip.PublishAsync(server, "live/a", clip);
        await connecting;
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                break;
            }

            Assert.Equal(WebSocketMessageType.Binary, result.MessageType);
            received.Write(buffer, 0, result.Count);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await publishing;

        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal(Clip.Tags(clip).Select(tag => tag.Hex), Clip.Tags(received.ToArray()).Select(tag => tag.Hex));
    }

    [Theory]
    [InlineData("?latency=low", "normal", 300)]
    [InlineData("", "normal", 4000)]
    [InlineData("?latency=lowest", "normal", 4000)]
    [InlineData("", "low", 300)]
    [InlineData("?latency=normal", "low", 4000)]
    [Requirement("RTMP-5.9", "RTMP-12.4")]
    public async Task A_viewer_chooses_its_latency_in_the_query_and_the_server_for_those_who_do_not(string query, string usual, int milliseconds)
    {
        await using var server = await RunningServer.StartAsync(
            $"rtmp.latency={usual}", "rtmp.lagTimeMax=4s", "rtmp.lowLatencyMax=300ms");
        var viewing = server.Client.GetByteArrayAsync(server.Http($"/live/a.flv{query}"));
        await Clip.PublishAsync(server, "live/a", Clip.Cut(200));
        Assert.NotEmpty(await viewing);
        Assert.Matches(
            $"A viewer joined stream live/a, which has 1 now: .*, which may lag by {milliseconds} ms", server.Lines);
    }

    [Fact]
    [Requirement("RTMP-4.10", "RTMP-5.8/bytes", "RTMP-18.3")]
    public async Task Administration_shows_the_stream_its_publisher_and_its_viewers()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(1200), loop: true, stop.Token);
        using var view = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await view.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[5000]);

        using var streams = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/streams")));
        using var connections = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/connections")));
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        await stop.CancelAsync();
        await publishing;

        var stream = Assert.Single(streams.RootElement.GetProperty("streams").EnumerateArray());
        Assert.Equal("live/a", stream.GetProperty("name").GetString());
        Assert.Equal("live", stream.GetProperty("state").GetString());
        Assert.Equal("avc1.42c01e", stream.GetProperty("video").GetProperty("codec").GetString());
        Assert.Equal(640, stream.GetProperty("video").GetProperty("width").GetInt32());
        Assert.Equal("mp4a.40.2", stream.GetProperty("audio").GetProperty("codec").GetString());
        Assert.Equal(48000, stream.GetProperty("audio").GetProperty("sampleRate").GetInt32());
        Assert.Equal(1, stream.GetProperty("viewers").GetInt32());
        Assert.Equal(server.Server.Http?.Port, streams.RootElement.GetProperty("playerPort").GetInt32());
        var roles = connections.RootElement.GetProperty("connections").EnumerateArray()
            .ToDictionary(one => one.GetProperty("protocol").GetString() ?? "", one => one.GetProperty("role").GetString(), StringComparer.Ordinal);
        Assert.Equal("publisher", roles["rtmp"]);
        Assert.Equal("viewer", roles["http-flv"]);
        var viewer = connections.RootElement.GetProperty("connections").EnumerateArray()
            .Single(one => one.GetProperty("protocol").GetString() == "http-flv");
        Assert.True(viewer.GetProperty("framesDelivered").GetInt64() > 0);
        Assert.True(viewer.GetProperty("bytesOut").GetInt64() >= 5000);
        Assert.Equal(0, viewer.GetProperty("framesDropped").GetInt64());
        Assert.Contains("quickwater_connections{protocol=\"http-flv\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("quickwater_stream_viewers{stream=\"live/a\"} 1\n", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/live/none.flv", HttpStatusCode.NotFound, "The stream \"live/none\" is not live.\n")]
    [InlineData("/live/%0a.flv", HttpStatusCode.BadRequest, "Refused: the name is empty, too long, or has characters that are not allowed [invalid_name].\n")]
    [InlineData("/.flv", HttpStatusCode.BadRequest, "Refused: the name is empty, too long, or has characters that are not allowed [invalid_name].\n")]
    [Requirement("RTMP-3.4")]
    public async Task A_stream_that_is_not_there_is_told_with_a_clear_text(string path, HttpStatusCode status, string text)
    {
        // What may still come is waited for; what can never be is told at once.
        await using var server = await RunningServer.StartAsync(status == HttpStatusCode.NotFound ? "http.waitForStream=0" : "http.waitForStream=1h");

        var answer = await server.Client.GetAsync(server.Http(path));

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task A_viewer_too_many_is_503_with_its_reason()
    {
        await using var server = await RunningServer.StartAsync("rtmp.viewersPerStreamMax=1");
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        using var first = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);

        var second = await server.Client.GetAsync(server.Http("/live/a.flv"));
        await stop.CancelAsync();
        await publishing;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Contains("[too_many_subscribers]", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_and_options_answer_without_media()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        using var options = new HttpRequestMessage(HttpMethod.Options, server.Http("/live/a.flv"));

        // It does not wait, so it is asked until the stream is live.
        using var headAnswer = await Until.HoldsAsync(
            async () =>
            {
                using var head = new HttpRequestMessage(HttpMethod.Head, server.Http("/live/a.flv"));
                return await server.Client.SendAsync(head);
            },
            static answer => answer.StatusCode == HttpStatusCode.OK,
            TimeSpan.FromSeconds(30),
            "the stream is live");
        var optionsAnswer = await server.Client.SendAsync(options);
        await stop.CancelAsync();
        await publishing;

        Assert.Equal(HttpStatusCode.OK, headAnswer.StatusCode);
        Assert.Equal("video/x-flv", headAnswer.Content.Headers.ContentType?.ToString());
        Assert.Equal(HttpStatusCode.NoContent, optionsAnswer.StatusCode);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("FOO")]
    public async Task Media_is_read_and_nothing_else(string method)
    {
        await using var server = await RunningServer.StartAsync("http.waitForStream=1h");
        foreach (var path in new[] { "/live/a.flv", "/audio/a.wav", "/audio" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), server.Http(path));
            var answer = await server.Client.SendAsync(request);

            Assert.Equal((path, HttpStatusCode.MethodNotAllowed), (path, answer.StatusCode));
            Assert.Equal(["GET", "HEAD", "OPTIONS"], answer.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task Head_does_not_wait_for_a_stream()
    {
        await using var server = await RunningServer.StartAsync("http.waitForStream=1h");
        using var head = new HttpRequestMessage(HttpMethod.Head, server.Http("/live/none.flv"));

        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.SendAsync(head)).StatusCode);
    }

    [Fact]
    [Requirement("MED-5.2/list")]
    public async Task Every_live_stream_is_listed_with_its_viewers_unless_the_configuration_says_no()
    {
        const int Streams = 21;
        foreach (var listed in new[] { true, false })
        {
            await using var server = await RunningServer.StartAsync($"http.listStreams={listed}");
            using var stop = new CancellationTokenSource();
            var clip = Clip.Cut(400);
            var publishing = Enumerable.Range(1, Streams).Select(i => Clip.PublishAsync(server, $"live/cam{i}", clip, loop: true, stop.Token)).ToArray();
            using var view = await server.Client.GetAsync(server.Http("/live/cam7.flv"), HttpCompletionOption.ResponseHeadersRead);
            var count = listed ? Streams : 0;
            using var answer = await Until.HoldsAsync(
                async () => JsonDocument.Parse(await server.Client.GetStringAsync(server.Http("/streams.json"))),
                json => json.RootElement.GetProperty("streams").GetArrayLength() == count
                    && json.RootElement.GetProperty("streams").EnumerateArray().Count(static one => one.GetProperty("viewers").GetInt32() == 1) == (listed ? 1 : 0),
                TimeSpan.FromSeconds(30),
                "all are listed");
            await stop.CancelAsync();
            await Task.WhenAll(publishing);

            Assert.Equal((listed, count), (answer.RootElement.GetProperty("listed").GetBoolean(), answer.RootElement.GetProperty("total").GetInt32()));
            Assert.Equal(listed, answer.RootElement.ToString().Contains("\"video\":\"avc1.42c01e\",\"width\":640,\"height\":360,\"audio\":\"mp4a.40.2\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Viewers_that_go_away_leave_nothing_behind()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        for (var i = 0; i < 10; i++)
        {
            using var view = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await view.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[100]);
        }

        await stop.CancelAsync();
        Assert.Equal(Reason.Cancelled, (await publishing).Why);

        // RunningServer demands zero leaks when it is disposed of.
    }
}
