using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>A player that stands still for a while loses pictures, never the ones that others are built on.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class SlowViewerTests(ITestOutputHelper output)
{
    private const int Seconds = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolFact("sh", "ffmpeg", "ffprobe")]
    [Requirement("RTMP-5.4", "RTMP-5.8")]
    public async Task A_stalled_FFmpeg_decodes_all_that_it_gets_and_nobody_else_misses_anything()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.lagTimeMax=3s");
        using var files = new TemporaryFolder();
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), Seconds, noisy: true);
        await server.LiveAsync("live/a");
        using var audience = new Audience();
        var steady = await audience.JoinAsync(server.RtmpUrl("live/a"));
        await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], seconds: 60);
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], seconds: 60);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 3, "three viewers");
        await steady.GotAsync(100);

        await rtmp.SignalAsync("STOP");
        await http.SignalAsync("STOP");
        // Six seconds of the stream, 68 messages each: more than the kernel's buffers take.
        await steady.GotAsync(steady.Sink.Count + 6 * 68);
        await rtmp.SignalAsync("CONT");
        await http.SignalAsync("CONT");
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_drops_total") > 50, "frames are dropped");

        Assert.Equal(0, await publisher.ExitAsync(Patience));
        await steady.EndedAsync();
        Assert.Equal(Reason.StreamEnded, steady.Connection.Ended);
        AssertEveryPicture(steady.Tags);
        foreach (var (player, file) in new[] { (rtmp, files["rtmp.flv"]), (http, files["http.flv"]) })
        {
            Assert.Equal(0, await player.ExitAsync(Patience));
            await Ffmpeg.AssertDecodesAsync(file);
            var (video, audio) = await Ffmpeg.CountAsync(file);
            output.WriteLine($"{Path.GetFileName(file)}: {video} of {25 * Seconds} pictures, {audio} frames of audio");
            Assert.InRange(video, 50, 25 * Seconds - 25);
        }
    }

    // 25 pictures a second come 40 ms apart; what is left out is the mark behind the last one.
    private static void AssertEveryPicture(IEnumerable<Tag> tags)
    {
        var times = tags
            .Where(tag => tag is { Type: FlvTagType.Video, IsConfig: false, Length: > 5 })
            .Select(tag => tag.Timestamp)
            .ToArray();
        Assert.InRange(times.Length, 25 * (Seconds - 3), 25 * Seconds);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 39u, 41u));
    }
}
