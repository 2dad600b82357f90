using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>What FFmpeg publishes arrives whole, whatever tracks and codecs it has: each frame is decoded and counted.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class CodecTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [ToolTheory("ffmpeg", "ffprobe")]
    [InlineData("libx264", "aac", "h264", "aac")]
    [InlineData("libx264", "", "h264", "")]
    [InlineData("", "aac", "", "aac")]
    [InlineData("libx264", "libmp3lame", "h264", "mp3")]
    [InlineData("flv", "libmp3lame", "flv1", "mp3")]
    [InlineData("", "libmp3lame", "", "mp3")]
    [Requirement("RTMP-21.4", "RTMP-4.1", "RTMP-4.2", "RTMP-4.3")]
    public async Task Every_frame_of_a_publication_arrives_and_decodes(string videoCoder, string audioCoder, string video, string audio)
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.waitForStream=2m");
        using var files = new TemporaryFolder();
        await Ffmpeg.MakeAsync(files["made.flv"], videoCoder, audioCoder);
        var made = await Ffmpeg.FramesAsync(files["made.flv"]);
        Assert.Equal(new[] { video, audio }.Where(codec => codec.Length > 0).Order(), made.Keys.Order());

        // It waits before anybody publishes: who joins sound that runs already has missed some of it.
        await using var player = Ffmpeg.Take(server.RtmpUrl("live/a"), files["taken.flv"], seconds: 60);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 1, "the player waits");
        await using var publisher = Ffmpeg.PublishFile(files["made.flv"], server.RtmpUrl("live/a"));

        Assert.Equal(0, await publisher.ExitAsync(Patience));
        Assert.Equal(0, await player.ExitAsync(Patience));
        await Ffmpeg.AssertDecodesAsync(files["taken.flv"]);
        Assert.Equal(made.OrderBy(pair => pair.Key), (await Ffmpeg.FramesAsync(files["taken.flv"])).OrderBy(pair => pair.Key));
        await server.EmptyAsync();
    }
}
