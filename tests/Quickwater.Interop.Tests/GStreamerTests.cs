using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>GStreamer publishes and plays, by both of its RTMP implementations.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class GStreamerTests(ITestOutputHelper output)
{
    private const int Pictures = 100;
    private const int SoundBytes = Pictures * 1764 * 4; // 16 bits, two channels
    private const int AacFrameBytes = 1024 * 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [ToolTheory("gst-launch-1.0", "ffmpeg", "ffprobe")]
    [InlineData("rtmpsink", "rtmpsrc")]
    [InlineData("rtmp2sink", "rtmp2src")]
    [Requirement("RTMP-3.3", "RTMP-3.4", "RTMP-3.13", "RTMP-4.2", "RTMP-4.3")]
    public async Task What_GStreamer_publishes_it_and_FFmpeg_decode_to_the_last_frame(string sink, string source)
    {
        // Not longer: at the end of its stream rtmpsrc asks once more, and ends when it has waited for that in vain.
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.waitForStream=20s", "--set", "http.waitForStream=2m");
        using var files = new TemporaryFolder();
        var url = server.RtmpUrl("live/g");
        await using var player = GStreamer.Play(source, url, files["pictures"], files["sound"]);
        await using var rtmp = Ffmpeg.Take(url, files["rtmp.flv"], seconds: 60);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 2, "both players wait");
        await using var http = Ffmpeg.Take(server.FlvUrl("live/g"), files["http.flv"], seconds: 60);

        await using var publisher = GStreamer.Publish(sink, url, Pictures);

        Assert.Equal((0, ""), (await publisher.ExitAsync(Patience), publisher.Error.Text));
        Assert.Equal((0, ""), (await player.ExitAsync(Patience), player.Error.Text));
        Assert.Equal(Pictures, GStreamer.Count(files["pictures"]));
        Assert.InRange(new FileInfo(files["sound"]).Length, SoundBytes - AacFrameBytes, SoundBytes + 2 * AacFrameBytes);
        foreach (var (taker, file) in new[] { (rtmp, files["rtmp.flv"]), (http, files["http.flv"]) })
        {
            Assert.Equal(0, await taker.ExitAsync(Patience));
            await Ffmpeg.AssertDecodesAsync(file);
            Assert.Equal(Pictures, (await Ffmpeg.CountAsync(file)).Video);
        }

        await server.EmptyAsync();
    }
}
