using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>FFmpeg publishes, and real players play: what they keep is decoded, frame by frame.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class FfmpegTests(ITestOutputHelper output)
{
    private const int TakenSeconds = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolFact("ffmpeg", "ffprobe")]
    [Requirement("RTMP-21.4", "RTMP-3.3", "RTMP-3.4", "RTMP-4.1", "RTMP-4.2", "RTMP-4.3", "RTMP-5.2", "RTMP-5.3")]
    public async Task A_stream_from_FFmpeg_is_played_by_FFmpeg_over_RTMP_and_HTTP_at_once()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 60);
        await server.LiveAsync("live/a");

        await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], TakenSeconds);
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], TakenSeconds);

        await AssertPlayedAsync(rtmp, files["rtmp.flv"]);
        await AssertPlayedAsync(http, files["http.flv"]);
        Assert.Equal("", publisher.Error.Text);
    }

    [ToolFact("ffmpeg", "ffprobe")]
    [Requirement("RTMP-5.1", "RTMP-5.3", "RTMP-4.6/keyframes")]
    public async Task Who_joins_late_decodes_from_the_first_frame()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 60);
        // In the middle of the third GOP.
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_stream_frames_total", "kind=\"video\"") > 120, "two GOPs and a half");

        await using var late = Ffmpeg.Take(server.RtmpUrl("live/a"), files["late.flv"], TakenSeconds);
        using var audience = new Audience();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var viewer = await audience.JoinAsync(server.RtmpUrl("live/a"));
            await viewer.GotAsync(20);
            Assert.True(viewer.Tags[0].IsConfig);
            Assert.True(viewer.Tags.First(tag => !tag.IsConfig).IsKey);
            waits.Add(viewer.FirstMedia ?? TimeSpan.MaxValue);
        }

        waits.Sort();
        output.WriteLine($"From play to the first media: {string.Join(", ", waits.Select(wait => $"{wait.TotalMilliseconds:0.0}"))} ms");
        await AssertPlayedAsync(late, files["late.flv"]);
    }

    [ToolFact("ffmpeg", "ffprobe")]
    [Requirement("RTMP-5.6", "RTMP-4.13")]
    public async Task Players_end_with_the_stream_and_have_all_of_it()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        // One GOP, so that whoever joins gets all of it.
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 5, gop: 250);
        await server.LiveAsync("live/a");
        await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], seconds: 60);
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], seconds: 60);

        Assert.Equal(0, await publisher.ExitAsync(Patience));

        foreach (var (player, file) in new[] { (rtmp, files["rtmp.flv"]), (http, files["http.flv"]) })
        {
            Assert.Equal(0, await player.ExitAsync(Patience));
            await Ffmpeg.AssertDecodesAsync(file);
            Assert.Equal(125, (await Ffmpeg.CountAsync(file)).Video);
        }

        await server.EmptyAsync();
    }

    [ToolFact("ffmpeg", "ffprobe", "rtmpdump")]
    [Requirement("RTMP-3.4")]
    public async Task Rtmpdump_plays()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 5, gop: 250);
        await server.LiveAsync("live/a");

        await using var player = Child.Start("rtmpdump", "-v", "-r", server.RtmpUrl("live/a"), "-o", files["dump.flv"]);
        Assert.Equal(0, await player.ExitAsync(Patience));

        Assert.DoesNotContain("does not match", player.Error.Text, StringComparison.Ordinal); // as librtmp says of an S2 that is not C1
        await Ffmpeg.AssertDecodesAsync(files["dump.flv"]);
        Assert.Equal(125, (await Ffmpeg.CountAsync(files["dump.flv"])).Video);
    }

    [ToolFact("ffmpeg", "ffprobe")]
    [Requirement("RTMP-3.7", "RTMP-4.8")]
    public async Task A_second_publisher_of_a_stream_is_refused_and_the_first_goes_on()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var first = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 60);
        await server.LiveAsync("live/a");
        await using var player = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], TakenSeconds);

        await using var second = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 5);

        Assert.NotEqual(0, await second.ExitAsync(Patience));
        Assert.Contains("already has a publisher", second.Error.Text, StringComparison.Ordinal);
        await AssertPlayedAsync(player, files["rtmp.flv"]);
        Assert.Equal("", first.Error.Text);
    }

    // 25 pictures a second, and 43 frames of audio; a player may start or end with some more or less.
    private static async Task AssertPlayedAsync(Child player, string file)
    {
        Assert.Equal((0, ""), (await player.ExitAsync(Patience), player.Error.Text));
        await Ffmpeg.AssertDecodesAsync(file);
        var (video, audio) = await Ffmpeg.CountAsync(file);
        Assert.InRange(video, 25 * TakenSeconds - 10, 25 * TakenSeconds + 10);
        Assert.InRange(audio, 43 * TakenSeconds - 20, 43 * TakenSeconds + 20);
    }
}
