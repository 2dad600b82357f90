using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Who gets in, how fast, and what is said of those who do not: over sockets.</summary>
public sealed class AccessTests
{
    private const int HandshakeBytes = 1536;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("desktop", 10)]
    [InlineData("mobile", 3)]
    [Requirement("RTMP-14.3", "RTMP-14.4", "RTMP-14.6", "RTMP-3.7", "RTMP-18.7/stream", "RTMP-18.7/key", "RTMP-18.7/address", "RTMP-18.7/code")]
    public async Task As_many_publish_as_the_profile_allows_the_next_is_told_and_a_busy_name_is_busy_at_the_limit_too(string profile, int most)
    {
        var server = await RunningServer.StartAsync($"limits.profile={profile}");
        await using (server)
        {
            var publishers = new List<RtmpPublisher>();
            for (var i = 0; i < most; i++)
            {
                publishers.Add(await RtmpPublisher.ConnectAsync(server.Url($"live/{i}?key={RunningServer.Key}"), null, CancellationToken.None));
            }

            Assert.Equal("NetStream.Publish.Failed", await RefusalAsync(server.Url($"live/more?key={RunningServer.Key}")));
            Assert.Equal("NetStream.Publish.BadName", await RefusalAsync(server.Url($"live/2?key={RunningServer.Key}")));
            foreach (var publisher in publishers)
            {
                await publisher.DisposeAsync();
            }
        }

        // An error names the stream, the key as far as it may, the address and the code; and nobody was "allowed" who was refused.
        Assert.Matches(@"Publishing live/more \(key te\*\*\*\) by connection \d+ from 127\.0\.0\.1:\d+: refused: .* \[too_many_publishers\]", server.Lines);
        Assert.Matches(@"Publishing live/2 \(key te\*\*\*\) by connection \d+ from 127\.0\.0\.1:\d+: refused: .* \[stream_busy\]", server.Lines);
        Assert.Equal(most, Count(server.Lines, ": allowed as holder of a publish key [none]"));
        Assert.DoesNotContain(RunningServer.Key, server.Lines, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-15.7", "RTMP-15.5", "RTMP-15.1")]
    public async Task Guesses_end_are_counted_and_are_logged_and_so_are_successes()
    {
        const int Failures = 5;
        await using var server = await RunningServer.StartAsync("rtmp.anonymousPublishFromLoopback=true");
        await using (await RtmpPublisher.ConnectAsync(server.Url($"live/a?key={RunningServer.Key}"), null, CancellationToken.None))
        {
            for (var i = 0; i < Failures; i++)
            {
                // Loopback is trusted here, and a wrong key is refused all the same.
                Assert.Equal("NetStream.Publish.Denied", await RefusalAsync(server.Url($"live/b?key=guess-number-{i:0000000}")));
            }

            Assert.Equal("NetStream.Publish.Denied", await RefusalAsync(server.Url($"live/b?key={RunningServer.Key}")));
        }

        Assert.Equal(Failures, Count(server.Lines, "Publishing live/b (key gu***) by connection "));
        Assert.Contains("[too_many_attempts]", server.Lines, StringComparison.Ordinal);
        Assert.Contains("Publishing live/a (key te***) by connection ", server.Lines, StringComparison.Ordinal);
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        Assert.Contains("""quickwater_attempts_total{door="publish",outcome="allowed"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains($$"""quickwater_attempts_total{door="publish",outcome="access_denied"} {{Failures}}""", metrics, StringComparison.Ordinal);
        Assert.Contains("""quickwater_attempts_total{door="publish",outcome="too_many_attempts"} 1""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-3.1")]
    public async Task An_application_that_is_not_configured_is_refused_at_connect()
    {
        await using var server = await RunningServer.StartAsync("rtmp.applications=studio,stage");
        Assert.Equal("NetConnection.Connect.InvalidApp", await RefusalAsync(server.Url("live/a")));
        await using var publisher = await RtmpPublisher.ConnectAsync(server.Url("stage/a"), null, CancellationToken.None);
    }

    [Fact]
    [Requirement("RTMP-14.6", "RTMP-3.4")]
    public async Task Who_waits_over_http_takes_no_viewers_place_and_has_a_limit()
    {
        await using var server = await RunningServer.StartAsync("http.viewersMax=1", "http.waitForStream=1m", "rtmp.waitingPerAddressMax=2");
        using var away = new CancellationTokenSource();
        var waiting = new[] { "absent", "away" }.Select(name => server.Client.GetAsync(server.Http($"/live/{name}.flv"), away.Token)).ToArray();
        await Until.HoldsAsync(
            () => server.Client.GetStringAsync(server.Admin("/metrics")), static metrics => metrics.Contains("quickwater_waiting 2", StringComparison.Ordinal), Patience, "two wait");

        using var refused = await server.Client.GetAsync(server.Http("/live/third.flv"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        await LiveAsync(server, "live/a");
        using (var viewing = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, viewing.StatusCode);
        }

        await away.CancelAsync();
        await Task.WhenAll(waiting.Select(static one => Assert.ThrowsAnyAsync<OperationCanceledException>(() => one)));
        await stop.CancelAsync();
        await publishing;
    }

    [Theory]
    [InlineData("my%20cam", "my cam")]
    [InlineData("mp4:clip.mp4", "clip.mp4")]
    [InlineData("flv:clip", "clip.flv")]
    [InlineData("caf\u00e9", "cafe\u0301")]
    public async Task A_stream_is_found_by_http_however_its_name_is_written(string published, string asked)
    {
        await using var server = await RunningServer.StartAsync();
        var clip = Clip.Cut(400);
        var viewing = server.Client.GetByteArrayAsync(server.Http($"/live/{Uri.EscapeDataString(asked)}.flv"));
        Assert.Equal(Reason.Completed, (await Clip.PublishAsync(server, $"live/{published}", clip)).Why);
        Assert.NotEmpty(Clip.Tags(await viewing));
    }

    [Fact]
    [Requirement("RTMP-19.1", "RTMP-19.3")]
    public async Task A_stop_refuses_at_once_and_lets_what_is_live_go_on()
    {
        var server = await RunningServer.StartAsync("shutdown.grace=6s");
        await using var running = server;
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true);
        await LiveAsync(server, "live/a");
        var viewing = Clip.PlayAsync(server, "live/a");
        await Until.HoldsAsync(() => server.Lines.Contains("A viewer joined stream live/a", StringComparison.Ordinal), Patience, "it is viewed");

        var began = Stopwatch.GetTimestamp();
        var stopping = server.Server.StopAsync(CancellationToken.None);
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync(server.Rtmp));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await stopping;

        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(2.5), "what is live goes on for half of the grace");
        await publishing;
        var times = Clip.Tags((await viewing).Flv).Select(static tag => tag.Milliseconds).ToArray();
        Assert.True(times[^1] - times[0] > 2000, "the viewer saw what came behind the signal");
        Assert.DoesNotContain("cut off", server.Lines, StringComparison.Ordinal);
    }

    [FullFact] // times of a machine that may be busy
    [Requirement("RTMP-1.2", "RTMP-3.1")]
    public async Task The_first_answers_come_within_their_times()
    {
        const int Times = 21;
        await using var server = await RunningServer.StartAsync();
        var (handshakes, connects) = (new List<double>(), new List<double>());
        for (var i = 0; i < Times; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server.Rtmp);
            await using var stream = new NetworkStream(socket);
            var began = Stopwatch.GetTimestamp();
            await stream.WriteAsync((byte[])[3]);
            await stream.ReadExactlyAsync(new byte[1 + HandshakeBytes]); // S0 and S1 do not wait for C1
            handshakes.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await stream.WriteAsync(new byte[2 * HandshakeBytes]);
            await stream.ReadExactlyAsync(new byte[HandshakeBytes]);
            began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(RawRtmp.Connect("live"));
            var said = "";
            var buffer = new byte[4096];
            while (!said.Contains("_result", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer);
                Assert.NotEqual(0, count);
                said += Encoding.Latin1.GetString(buffer, 0, count);
            }

            connects.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        // The middle of many: one of them may meet another program on the machine.
        Assert.InRange(handshakes.Order().ElementAt(Times / 2), 0, 100);
        Assert.InRange(connects.Order().ElementAt(Times / 2), 0, 50);
    }

    [Fact]
    [Requirement("RTMP-18.7/amf", "RTMP-3.10")]
    public async Task A_command_that_cannot_be_read_is_logged_with_its_stream()
    {
        var server = await RunningServer.StartAsync();
        await using (server)
        {
            using var socket = await RawRtmp.MuteAsync(server.Rtmp);
            await socket.SendAsync(new byte[HandshakeBytes]); // C2
            await socket.SendAsync(RawRtmp.Connect("studio"));
            await socket.SendAsync(RawRtmp.Chunk(20, 4, 2, 0, 9, (byte)'x')); // a text that is shorter than it says
            await Until.HoldsAsync(() => server.Lines.Contains("cannot be read", StringComparison.Ordinal), Patience, "it is logged");
        }

        Assert.Matches(@"from 127\.0\.0\.1:\d+ sent a command that cannot be read \(stream studio\): .*, at byte \d+ of the message \[malformed_amf\]", server.Lines);
    }

    [Theory]
    [Requirement("RTMP-18.1")]
    [InlineData("debug", 4)]
    [InlineData("info", 3)]
    [InlineData("warning", 2)]
    [InlineData("error", 1)]
    public async Task The_configured_level_decides_which_lines_are_written(string level, int written)
    {
        const string Line = "line of a level";
        var values = ConfigurationLoader.Load(null, [], [$"log.level={level}"], out _);
        using var text = new StringWriter();
        await using (var log = ServerLog.Open(ServerConfiguration.From(values).Log, text, TimeProvider.System))
        {
            var logger = log.Provider.CreateLogger("Quickwater.Server");
            foreach (var one in (LogLevel[])[LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error])
            {
                logger.Log(one, 0, Line, null, static (state, _) => state);
            }
        }

        Assert.Equal(written, Count(text.ToString(), Line));
    }

    [Fact]
    [Requirement("RTMP-10.4")]
    public async Task The_api_has_processor_time_and_bytes()
    {
        await using var server = await RunningServer.StartAsync();
        await Clip.PublishAsync(server, "live/a", Clip.Cut(400));
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        Assert.Matches(@"(?m)^dotnet_process_cpu_time_seconds_total\{cpu_mode=""user""\} [0-9.]*[1-9]", metrics);
        Assert.Matches(@"(?m)^quickwater_received_bytes_total [1-9]\d{3,}$", metrics);
        Assert.Matches(@"(?m)^quickwater_sent_bytes_total [1-9]\d{3,}$", metrics);
    }

    private static async Task<string> RefusalAsync(string url) =>
        (await Assert.ThrowsAsync<ClientException>(() => RtmpPublisher.ConnectAsync(url, null, CancellationToken.None))).Failure.Code;

    private static Task LiveAsync(RunningServer server, string stream) =>
        Until.HoldsAsync(() => server.Lines.Contains($"Stream {stream} is live", StringComparison.Ordinal), Patience, $"{stream} is live");

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
