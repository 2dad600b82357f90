using System.Globalization;

namespace Quickwater.Interop.Tests;

/// <summary>The lines that FFmpeg is started with.</summary>
internal static class Ffmpeg
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Publishes a moving picture at 25 frames/s with a tone, H.264 and AAC, for so long.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="gop">Pictures from one key frame to the next; 50 are two seconds.</param>
    /// <param name="noisy">Larger and with noise, which makes 20 Mb/s of it.</param>
    public static Child Publish(string url, int seconds, int gop = 50, bool noisy = false) => Child.Start(
        "ffmpeg", "-v", "warning", "-nostdin", "-re",
        "-f", "lavfi", "-i", noisy ? "testsrc2=size=640x360:rate=25,noise=alls=30:allf=t" : "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
        "-t", Text(seconds),
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", Text(gop), "-keyint_min", Text(gop),
        "-sc_threshold", "0",
        "-c:a", "aac", "-b:a", "64k", "-f", "flv", url);

    /// <summary>Makes an FLV file of three seconds, of one group of pictures.</summary>
    /// <param name="file">Where.</param>
    /// <param name="video">The video encoder by FFmpeg's name; empty for none.</param>
    /// <param name="audio">The audio encoder; empty for none.</param>
    public static async Task MakeAsync(string file, string video, string audio)
    {
        string[] pictures = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"];
        string[] tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"];
        string[] videoCoder = ["-c:v", video, "-pix_fmt", "yuv420p", "-g", "250"];
        await using var make = Child.Start(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", .. video.Length > 0 ? pictures : [], .. audio.Length > 0 ? tone : [], "-t", "3",
                .. video.Length > 0 ? videoCoder : [], .. audio.Length > 0 ? (string[])["-c:a", audio] : [], "-f", "flv", file,
            ]);
        Assert.Equal((0, ""), (await make.ExitAsync(Patience), make.Error.Text));
    }

    /// <summary>Makes an MP4 file of codecs that plain RTMP does not have.</summary>
    /// <param name="file">Where.</param>
    /// <param name="video">The video encoder by FFmpeg's name.</param>
    /// <param name="audio">The audio encoder.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="gop">Pictures from one key frame to the next; 25 are a second.</param>
    public static async Task MakeEnhancedAsync(string file, string video, string audio, int seconds, int gop)
    {
        string[] fast = video switch
        {
            "libx265" => ["-preset", "ultrafast", "-x265-params", $"log-level=error:keyint={gop}:min-keyint={gop}:scenecut=0"],
            "libaom-av1" => ["-usage", "realtime", "-cpu-used", "8"],
            _ => ["-deadline", "realtime", "-cpu-used", "8"],
        };
        await using var make = Child.Start(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", Text(seconds),
                "-c:v", video, .. fast, "-pix_fmt", "yuv420p", "-g", Text(gop), "-c:a", audio, "-strict", "experimental", "-f", "mp4", file,
            ]);
        Assert.Equal((0, ""), (await make.ExitAsync(Patience), make.Error.Text));
    }

    /// <summary>Publishes a file as it is, at the pace of its timestamps.</summary>
    public static Child PublishFile(string file, string url) => Child.Start(
        "ffmpeg", "-v", "warning", "-nostdin", "-re", "-i", file, "-c", "copy", "-f", "flv", url);

    /// <summary>Takes so much of a stream into a file, as it comes.</summary>
    public static Child Take(string url, string file, int seconds) => Child.Start(
        "ffmpeg", "-v", "warning", "-nostdin", "-y", "-rw_timeout", "60000000", "-i", url,
        "-t", Text(seconds), "-c", "copy", "-f", "flv", file);

    /// <summary>Decodes every frame of a file. The decoder must have nothing to say.</summary>
    public static async Task AssertDecodesAsync(string file)
    {
        await using var decode = Child.Start("ffmpeg", "-v", "error", "-nostdin", "-xerror", "-i", file, "-f", "null", "-");
        var code = await decode.ExitAsync(Patience);
        Assert.Equal((0, ""), (code, decode.Error.Text));
    }

    /// <summary>How many frames of video and audio a file has, decoded.</summary>
    public static async Task<(int Video, int Audio)> CountAsync(string file)
    {
        var frames = await FramesAsync(file);
        return (frames["h264"], frames["aac"]);
    }

    /// <summary>How many frames of each codec a file has, decoded. Subtitles and data do not count.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> FramesAsync(string file)
    {
        await using var probe = Child.Start(
            "ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,codec_type,nb_read_frames", "-of", "csv=p=0", file);
        Assert.Equal(0, await probe.ExitAsync(Patience));
        return probe.Output.All
            .Select(line => line.Split(','))
            .Where(part => part is [_, "video" or "audio", _])
            .ToDictionary(part => part[0], part => int.Parse(part[2], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
