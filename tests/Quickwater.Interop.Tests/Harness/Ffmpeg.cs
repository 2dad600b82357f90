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
        "ffmpeg", [
            "-v", "warning", "-nostdin", "-re", .. noisy ? Video("640x360", noise: 30) : Video(), .. Tone(), "-t", Text(seconds),
            .. Live(gop), "-c:a", "aac", "-b:a", "64k", "-f", "flv", url,
        ]);

    /// <summary>A moving picture at 25 frames/s, as an input.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="noise">How much noise is on it, 0 to 100: what makes much data of it.</param>
    public static string[] Video(string size = "320x180", int noise = 0) =>
        ["-f", "lavfi", "-i", $"testsrc2=size={size}:rate=25{(noise > 0 ? $",noise=alls={noise}:allf=t" : "")}"];

    /// <summary>A tone, as an input.</summary>
    /// <param name="sampleRate">Samples a second.</param>
    public static string[] Tone(int sampleRate = 44_100) => ["-f", "lavfi", "-i", $"sine=frequency=440:sample_rate={sampleRate}"];

    /// <summary>H.264 as a live encoder makes it, with a key each so many frames.</summary>
    public static string[] Live(int gop) =>
    [
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", Text(gop), "-keyint_min", Text(gop), "-sc_threshold", "0",
    ];

    /// <summary>Runs it to its end. It must have nothing to say.</summary>
    public static async Task RunAsync(params IEnumerable<string> arguments)
    {
        await using var child = Child.Start("ffmpeg", ["-v", "error", "-nostdin", .. arguments]);
        Assert.Equal((0, ""), (await child.ExitAsync(Patience), child.Error.Text));
    }

    /// <summary>Makes an FLV file of three seconds, of one group of pictures.</summary>
    /// <param name="file">Where.</param>
    /// <param name="video">The video encoder by FFmpeg's name; empty for none.</param>
    /// <param name="audio">The audio encoder; empty for none.</param>
    public static Task MakeAsync(string file, string video, string audio)
    {
        string[] videoCoder = ["-c:v", video, "-pix_fmt", "yuv420p", "-g", "250"];
        return RunAsync([
            .. video.Length > 0 ? Video() : [], .. audio.Length > 0 ? Tone() : [], "-t", "3",
            .. video.Length > 0 ? videoCoder : [], .. audio.Length > 0 ? (string[])["-c:a", audio] : [], "-f", "flv", file,
        ]);
    }

    /// <summary>Makes an MP4 file of codecs that plain RTMP does not have.</summary>
    /// <param name="file">Where.</param>
    /// <param name="video">The video encoder by FFmpeg's name.</param>
    /// <param name="audio">The audio encoder.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="gop">Pictures from one key frame to the next; 25 are a second.</param>
    public static Task MakeEnhancedAsync(string file, string video, string audio, int seconds, int gop)
    {
        string[] fast = video switch
        {
            "libx265" => ["-preset", "ultrafast", "-x265-params", $"log-level=error:keyint={gop}:min-keyint={gop}:scenecut=0"],
            "libaom-av1" => ["-usage", "realtime", "-cpu-used", "8"],
            _ => ["-deadline", "realtime", "-cpu-used", "8"],
        };
        return RunAsync([
            .. Video(), .. Tone(48_000), "-t", Text(seconds),
            "-c:v", video, .. fast, "-pix_fmt", "yuv420p", "-g", Text(gop), "-c:a", audio, "-strict", "experimental", "-f", "mp4", file,
        ]);
    }

    /// <summary>Publishes a file as it is, at the pace of its timestamps.</summary>
    public static Child PublishFile(string file, string url) => Child.Start(
        "ffmpeg", "-v", "warning", "-nostdin", "-re", "-i", file, "-c", "copy", "-f", "flv", url);

    /// <summary>Takes so much of a stream into a file, as it comes.</summary>
    public static Child Take(string url, string file, int seconds) => Child.Start(
        "ffmpeg", "-v", "warning", "-nostdin", "-y", "-rw_timeout", "60000000", "-i", url,
        "-t", Text(seconds), "-c", "copy", "-f", "flv", file);

    /// <summary>Decodes every frame of a file. The decoder must have nothing to say.</summary>
    public static Task AssertDecodesAsync(string file) => RunAsync("-xerror", "-i", file, "-f", "null", "-");

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
