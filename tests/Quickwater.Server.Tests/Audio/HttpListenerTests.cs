using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Stations over HTTP, from a whole server.</summary>
public sealed class HttpListenerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _late = new(s_patience);

    [Fact]
    [Requirement("AUD-5.6", "AUD-6.3")]
    public async Task Speech_to_three_at_once_arrives_sample_for_sample()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        var bodies = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            using var download = await WavDownload.OpenAsync(server, "speech", _late.Token);
            await download.ReadAsync(2 * samples.Length, _late.Token); // its end is heard too, and the seam
            return download.Samples(format);
        }));
        Assert.All(bodies, body => Assert.True(Sound.IsRoundOf(samples, body, 960 * format.BytesPerFrame), "every sample is the file's"));
    }

    [Fact]
    public async Task The_answer_says_what_it_is_and_titles_only_come_when_asked_for()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var plain = await server.Client.GetAsync(server.Http("/audio/speech.wav"), HttpCompletionOption.ResponseHeadersRead, _late.Token);
        using var asking = new HttpRequestMessage(HttpMethod.Get, server.Http("/audio/speech.wav"));
        asking.Headers.Add("Icy-MetaData", "1");
        using var titled = await server.Client.SendAsync(asking, HttpCompletionOption.ResponseHeadersRead, _late.Token);

        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.Equal("audio/wav", plain.Content.Headers.ContentType?.ToString());
        Assert.Null(plain.Content.Headers.ContentLength);
        Assert.True(plain.Headers.CacheControl?.NoStore);
        Assert.Equal("none", Assert.Single(plain.Headers.AcceptRanges));
        Assert.Equal("*", Assert.Single(plain.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("speech", Assert.Single(plain.Headers.GetValues("icy-name")));
        Assert.Equal("768", Assert.Single(plain.Headers.GetValues("icy-br")));
        Assert.False(plain.Headers.Contains("icy-metaint"));
        Assert.Equal("16000", Assert.Single(titled.Headers.GetValues("icy-metaint")));
        await using var body = await titled.Content.ReadAsStreamAsync(_late.Token);
        var bytes = new byte[16_000 + 1 + 32];
        await body.ReadExactlyAsync(bytes, _late.Token);
        Assert.Equal("\u0002StreamTitle='speech';\0\0\0\0\0\0\0\0\0\0\0", System.Text.Encoding.UTF8.GetString(bytes.AsSpan(16_000)));
    }

    [Fact]
    public async Task Head_and_options_answer_without_a_listener()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        await Until.HoldsAsync(
            async () => (await SendAsync(server, HttpMethod.Head, "/audio/speech.wav")).StatusCode, static status => status == HttpStatusCode.OK, s_patience, "it is on the air");
        using var head = await SendAsync(server, HttpMethod.Head, "/audio/speech.wav");
        Assert.Equal("audio/wav", head.Content.Headers.ContentType?.ToString());
        using var nobody = await SendAsync(server, HttpMethod.Head, "/audio/nobody.wav");
        Assert.Equal((HttpStatusCode.NotFound, ""), (nobody.StatusCode, await nobody.Content.ReadAsStringAsync()));
        using var options = await SendAsync(server, HttpMethod.Options, "/audio/speech.wav");
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Contains("Icy-MetaData", Assert.Single(options.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        using var post = await SendAsync(server, HttpMethod.Post, "/audio/speech.wav");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var protocol = await SendAsync(server, HttpMethod.Get, "/audio");
        Assert.Equal(HttpStatusCode.UpgradeRequired, protocol.StatusCode);
        Assert.Equal(0, (await StationAsync(server)).GetProperty("opened").GetInt64());
    }

    [Theory]
    [InlineData("/audio/nobody.wav", HttpStatusCode.NotFound, "There is no station \"nobody\".\n")]
    [InlineData("/audio/%0a.wav", HttpStatusCode.BadRequest, "Refused: the name is empty, too long, or has characters that are not allowed [invalid_name].\n")]
    [InlineData("/audio/.wav", HttpStatusCode.BadRequest, "Refused: the name is empty, too long, or has characters that are not allowed [invalid_name].\n")]
    [InlineData("/audio/speech.wav", HttpStatusCode.ServiceUnavailable, "The station \"speech\" is off the air.\n")]
    public async Task What_cannot_be_had_is_said_with_status_and_words(string path, HttpStatusCode status, string text)
    {
        await using var server = await ServeAsync($"speech={Path.Combine(_folder.Path, "missing.wav")}", "http.waitForStream=0");
        using var answer = await server.Client.GetAsync(server.Http(path), _late.Token);
        Assert.Equal((status, text), (answer.StatusCode, await answer.Content.ReadAsStringAsync(_late.Token)));
        Assert.Equal(status == HttpStatusCode.ServiceUnavailable, answer.Headers.RetryAfter is not null);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("audio.clientsMax=1", HttpStatusCode.ServiceUnavailable, "too_many_connections")]
    [InlineData("audio.listenersPerStationMax=1", HttpStatusCode.ServiceUnavailable, "too_many_subscribers")]
    [InlineData("audio.connectionsPerAddressMax=1", HttpStatusCode.TooManyRequests, "too_many_connections_from_address")]
    [InlineData("audio.connectsPerSecondPerAddressMax=1", HttpStatusCode.TooManyRequests, "connect_rate_exceeded")]
    [Requirement("AUD-6.2", "AUD-8.5")]
    public async Task A_listener_too_many_is_told_why_and_when_to_come_again(string limit, HttpStatusCode status, string reason)
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}", limit);
        using var first = await TestListener.ConnectAsync(AudioOf(server), "speech");
        await Until.HoldsAsync(() => first.Samples.Length > 0, s_patience, "one listens over TCP");
        using var second = await Until.HoldsAsync(
            () => server.Client.GetAsync(server.Http("/audio/speech.wav"), HttpCompletionOption.ResponseHeadersRead, _late.Token),
            answer => answer.StatusCode == status || !limit.Contains("PerSecond", StringComparison.Ordinal), // a second may pass in between
            s_patience, "the limit is met");
        Assert.Equal(status, second.StatusCode);
        Assert.NotNull(second.Headers.RetryAfter);
        Assert.Contains($"[{reason}]", await second.Content.ReadAsStringAsync(_late.Token), StringComparison.Ordinal);
        using var head = await SendAsync(server, HttpMethod.Head, "/audio/speech.wav"); // takes no place, so what is for an address does not hold it up
        Assert.Equal(status == HttpStatusCode.ServiceUnavailable ? status : HttpStatusCode.OK, head.StatusCode);
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"), _late.Token);
        Assert.Contains($"reason=\"{reason}\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_format_changes_the_response_ends_in_order_and_the_reason_is_counted()
    {
        var samples = Sound.Sweep(40_000);
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "a.wav"), Sound.Wav(new AudioFormat(AudioEncoding.S16, 1, 8000), samples));
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "b.wav"), Sound.Wav(new AudioFormat(AudioEncoding.S16, 2, 8000), samples));
        await using var server = await ServeAsync($"speech={_folder.Path}");
        var body = await server.Client.GetByteArrayAsync(server.Http("/audio/speech.wav"), _late.Token);
        var channels = body[22];
        Assert.InRange(channels, 1, 2);
        Assert.Equal(samples[(samples.Length - body.Length + 44)..], body[44..]);
        await Until.HoldsAsync(
            () => server.Client.GetStringAsync(server.Admin("/metrics"), _late.Token),
            text => text.Contains("quickwater_station_closed_total{reason=\"format_changed\",station=\"speech\"} 1", StringComparison.Ordinal),
            s_patience, "the end is counted under its reason");
    }

    [Fact]
    [Requirement("AUD-8.4")]
    public async Task A_server_that_stops_ends_the_response_in_order_behind_what_was_published()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var server = await ServeAsync($"speech={path}");
        using var answer = await server.Client.GetAsync(server.Http("/audio/speech.wav"), HttpCompletionOption.ResponseHeadersRead, _late.Token);
        await using var stream = await answer.Content.ReadAsStreamAsync(_late.Token);
        var begin = new byte[20_044];
        await stream.ReadExactlyAsync(begin, _late.Token);
        var stopping = server.Server.StopAsync(_late.Token);
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, _late.Token); // throws where the last chunk of the body is missing
        await stopping;
        Assert.True(Sound.IsRoundOf(samples, [.. begin[44..], .. rest.ToArray()], 960 * format.BytesPerFrame), "every sample is the file's");
        await server.DisposeAsync();
        Assert.Matches(@"http-audio from 127\.0\.0\.1:\d+, .*\[drained\]", server.Lines);
    }

    [Fact]
    [Requirement("AUD-9.2", "AUD-6.1")]
    public async Task Reports_and_metrics_have_listeners_of_every_protocol_and_the_public_one_no_addresses()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var tcp = await TestListener.ConnectAsync(AudioOf(server), "speech");
        using var web = await OverWebSocketAsync(server, "speech");
        using var http = await WavDownload.OpenAsync(server, "speech", _late.Token);
        await http.ReadAsync(50_000, _late.Token);
        await Until.HoldsAsync(() => tcp.Samples.Length > 0 && web.Samples.Length > 0, s_patience, "all three hear");

        var station = await StationAsync(server);
        string?[] protocols = ["audio", "http-audio", "ws-audio"];
        Assert.Equal(protocols, station.GetProperty("listeners").EnumerateArray().Select(static one => one.GetProperty("protocol").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains(station.GetProperty("listeners").EnumerateArray(), one => one.GetProperty("remote").GetString() == http.Name);
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"), _late.Token);
        Assert.Contains("quickwater_station_listeners{station=\"speech\"} 3", metrics, StringComparison.Ordinal);
        Assert.All(protocols, protocol => Assert.Contains($"quickwater_connections{{protocol=\"{protocol}\"}} 1", metrics, StringComparison.Ordinal));

        var text = await Until.HoldsAsync(
            () => server.Client.GetStringAsync(server.Http("/stations.json"), _late.Token),
            static text => text.Contains("\"listenersNow\":3", StringComparison.Ordinal), s_patience, "everybody may know that three listen");
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"agent\"", text, StringComparison.Ordinal);
        using var everybody = JsonDocument.Parse(text);
        var shown = everybody.RootElement.GetProperty("stations")[0];
        Assert.Equal(("speech", "live", "s16", 48_000, 1), (shown.GetProperty("name").GetString(), shown.GetProperty("state").GetString(), shown.GetProperty("encoding").GetString(), shown.GetProperty("sampleRate").GetInt32(), shown.GetProperty("channels").GetInt32()));
        Assert.Equal(3, shown.GetProperty("listeners").GetArrayLength());
    }

    [Fact]
    [Requirement("AUD-5.6")]
    public async Task The_protocol_in_a_websocket_is_the_protocol()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var listener = await OverWebSocketAsync(server, "speech");
        await Until.HoldsAsync(() => listener.Samples.Length > 2 * samples.Length, s_patience, "the file was heard twice");
        Assert.Equal((format, "speech"), (listener.Heard, listener.Playing));
        Assert.True(Sound.IsRoundOf(samples, listener.Samples, 960 * format.BytesPerFrame), "every sample is the file's");
        using var stranger = await OverWebSocketAsync(server, "nobody");
        Assert.Equal(Reason.RefusedByPeer, await stranger.Ended.WaitAsync(s_patience));
        Assert.Equal(Reason.StreamNotFound, stranger.Session?.PeerReason);
        listener.Leave();
        await Until.HoldsAsync(async () => (await StationAsync(server)).GetProperty("listeners").GetArrayLength(), static count => count == 0, s_patience, "it left");
    }

    public void Dispose()
    {
        _late.Dispose();
        _folder.Dispose();
    }

    // So long that a slow machine never drops a frame.
    private static Task<RunningServer> ServeAsync(string station, params string[] more) =>
        RunningServer.StartAsync([$"audio.stations={station}", "audio.lagMax=5m", "audio.stallMax=10m", .. more]);

    private static IPEndPoint AudioOf(RunningServer server) => server.Server.Audio ?? throw new InvalidOperationException("Audio is off.");

    private static Task<TestListener> OverWebSocketAsync(RunningServer server, string station) => TestListener.OpenAsync(station, async () =>
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Http("/audio")) { Scheme = "ws" }.Uri, CancellationToken.None);
        var nowhere = new IPEndPoint(IPAddress.None, 0);
        return new WebSocketTransport(socket, nowhere, nowhere);
    });

    private static async Task<HttpResponseMessage> SendAsync(RunningServer server, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, server.Http(path));
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<JsonElement> StationAsync(RunningServer server)
    {
        using var json = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/stations")));
        return json.RootElement.GetProperty("stations")[0].Clone();
    }
}
