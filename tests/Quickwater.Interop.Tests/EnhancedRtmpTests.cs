using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>
/// FFmpeg 8 publishes by Enhanced RTMP what plain RTMP cannot carry, and plays it: every packet comes out as it went in, and decodes.
/// </summary>
[Collection(RealClientsCollection.Name)]
public sealed class EnhancedRtmpTests(ITestOutputHelper output)
{
    private const int Gop = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [FfmpegEightTheory]
    [InlineData("libx265", "aac", "hevc", "aac")]
    [InlineData("libaom-av1", "libopus", "av1", "opus")]
    [InlineData("libvpx-vp9", "flac", "vp9", "flac")]
    [Requirement("RTMP-4.4", "RTMP-4.1", "RTMP-5.3", "RTMP-21.4")]
    public async Task Every_packet_comes_out_byte_for_byte(string videoCoder, string audioCoder, string video, string audio)
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.waitForStream=2m", "--set", "http.waitForStream=2m");
        using var files = new TemporaryFolder();
        // One group of pictures: who joins while it is published gets all of it.
        await Ffmpeg.MakeEnhancedAsync(files["made.mp4"], videoCoder, audioCoder, seconds: 5, gop: 250);
        var made = await PrepareAsync(files);
        Assert.Equal([audio, video], made.Tracks.Select(track => track.Split(' ')[1]));

        var url = server.RtmpUrl("live/e");
        await using var viewer = await SocketViewer.JoinAsync(server.Rtmp, "live", "e");
        await using var rtmp = FfmpegEight.Take(url, files["rtmp.mkv"]);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 2, "two players wait");
        await using var http = FfmpegEight.Take(server.FlvUrl("live/e"), files["http.mkv"]);
        await using var publisher = FfmpegEight.Publish(files["made.flv"], url);

        await FfmpegEight.ReadAsync(publisher);
        foreach (var (player, file) in new[] { (rtmp, files["rtmp.mkv"]), (http, files["http.mkv"]) })
        {
            var read = await FfmpegEight.ReadAsync(player);
            Assert.Equal(made.Tracks, read.Tracks);
            Assert.Equal(made.Video, read.Video);
            Assert.Equal(made.Audio, read.Audio);
            await Ffmpeg.AssertDecodesAsync(file);
            Assert.Equal(made.Video.Length, (await Ffmpeg.FramesAsync(file))[video]);
        }

        await Until.HoldsAsync(() => viewer.HasEnded, Patience, "the viewer's end");
        await AssertSameTagsAsync(files["sent.flv"], viewer.Tags);
    }

    [FfmpegEightTheory]
    [InlineData("libx265", "aac", "hevc")]
    [InlineData("libaom-av1", "libopus", "av1")]
    [InlineData("libvpx-vp9", "flac", "vp9")]
    [Requirement("RTMP-4.4", "RTMP-5.1", "RTMP-5.3", "RTMP-4.6/configurations")]
    public async Task Who_joins_late_starts_at_a_key_frame_behind_the_configuration(string videoCoder, string audioCoder, string video)
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await Ffmpeg.MakeEnhancedAsync(files["made.mp4"], videoCoder, audioCoder, seconds: 60, Gop);
        var made = await PrepareAsync(files);
        var url = server.RtmpUrl("live/e");
        await using var publisher = FfmpegEight.Publish(files["made.flv"], url);
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_stream_frames_total", "kind=\"video\"") > 2.5 * Gop, "two GOPs and a half");

        await using var rtmp = FfmpegEight.Take(url, files["rtmp.mkv"], seconds: 3);
        await using var http = FfmpegEight.Take(server.FlvUrl("live/e"), files["http.mkv"], seconds: 3);
        await using var viewer = await SocketViewer.JoinAsync(server.Rtmp, "live", "e");

        foreach (var (player, file) in new[] { (rtmp, files["rtmp.mkv"]), (http, files["http.mkv"]) })
        {
            var read = await FfmpegEight.ReadAsync(player);
            Assert.Equal(made.Tracks, read.Tracks);
            Assert.StartsWith("video key ", read.Video[0], StringComparison.Ordinal);
            Assert.InRange(AssertPart(made.Video, read.Video), 2 * Gop, int.MaxValue);
            AssertPart(made.Audio, read.Audio);
            await Ffmpeg.AssertDecodesAsync(file);
            Assert.InRange((await Ffmpeg.FramesAsync(file))[video], 2 * Gop, 4 * Gop);
        }

        await Until.HoldsAsync(() => viewer.Count > Gop, Patience, "a second of the stream");
        var tags = viewer.Tags;
        Assert.True(tags.First(tag => !tag.IsConfig).IsKey);
        Assert.True(tags.First(tag => tag.Type == FlvTagType.Video).IsConfig);
        Assert.True(tags.First(tag => tag.Type == FlvTagType.Audio).IsConfig);
    }

    // FFmpeg writes its own headers into what it copies: sent.flv is what it makes of made.flv, in a file as on the wire.
    private static async Task<FfmpegEight.Read> PrepareAsync(TemporaryFolder files)
    {
        await FfmpegEight.CopyAsync(files["made.mp4"], files["made.flv"]);
        await FfmpegEight.CopyAsync(files["made.flv"], files["sent.flv"]);
        return await FfmpegEight.CopyAsync(files["sent.flv"], files["again.flv"]);
    }

    // What was read is a part of what was made, without a gap; the answer is where it begins.
    private static int AssertPart(string[] made, string[] read)
    {
        var at = Array.IndexOf(made, read[0]);
        Assert.True(at >= 0, "the first packet was never published");
        Assert.Equal(made.Skip(at).Take(read.Length), read);
        return at;
    }

    private static async Task AssertSameTagsAsync(string file, Tag[] got)
    {
        var wanted = await FlvFile.ReadAsync(file);
        Assert.Equal(
            wanted.Where(tag => tag.Type is FlvTagType.Audio or FlvTagType.Video).Select(tag => (tag.Type, tag.Length, tag.Hash)),
            got.Select(tag => (tag.Type, tag.Length, tag.Hash)));
    }
}
