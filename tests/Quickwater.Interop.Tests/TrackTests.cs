using System.Diagnostics;
using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Whatever tracks a publisher sends, now or later, every kind of viewer plays them: all of them wait before it comes, and stay.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class TrackTests(ITestOutputHelper output)
{
    private const int Seconds = 8;
    private const int Change = 3000; // when what the form is about happens, in milliseconds
    private const int TailFramesMin = 20; // of a second and more that is left at the end
    private static readonly string[] Viewers = ["the page", "RTMP", "HTTP-FLV", "WebSocket"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Form[] Forms =
    [
        new("audioonly", "", "aac"),
        new("videoonly", "h264", ""),
        new("lateaudio", "h264", "aac"),
        new("latevideo", "h264", "aac"),
        new("othercodec", "h264", "mp3"),
        new("restartwithaudio", "h264", "aac"),
        new("restartwithoutvideo", "", "aac"),
    ];

    [ToolFact("ffmpeg", "ffprobe", "chromium")]
    [Requirement("RTMP-5.1", "RTMP-3.4", "MED-5.3")]
    public async Task Every_viewer_plays_every_form_of_publisher()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.waitForStream=2m", "--set", "http.waitForStream=10s");
        using var files = new TemporaryFolder();
        await using var browser = await Browser.StartAsync();
        var whole = (await Score.EncodeAsync(files, Seconds)).Prolonged(Seconds * 500, Seconds * 1000);
        var mp3 = (await Score.EncodeAsync(files, Seconds, "libmp3lame")).Prolonged(Seconds * 500, Seconds * 1000);

        // All at once: most of the time is waiting.
        var cells = await Task.WhenAll(Forms.Select(form => PlayAsync(server, browser, files, form, Compose(form.Name, whole, mp3))));
        Assert.Equal(
            Forms.SelectMany(static form => Viewers.Select(viewer => $"{form.Name} by {viewer} plays")), cells.SelectMany(static cell => cell));
    }

    private async Task<IReadOnlyList<string>> PlayAsync(
        ServerProcess server, Browser browser, TemporaryFolder files, Form form, IReadOnlyList<IEnumerable<Cue>> publications)
    {
        var (name, video, audio) = form;
        var page = new PlayingPage(await browser.OpenAsync($"http://{server.Http}/?stream=live/{name}"));
        await using var rtmp = Executable.Start("play", server.RtmpUrl($"live/{name}"), "-o", files[$"{name}-rtmp.flv"], "--reconnect");
        await using var http = new FlvCollector(files, new Uri(server.FlvUrl($"live/{name}")), $"{name}-http");
        await using var ws = new FlvCollector(files, new Uri($"ws://{server.Http}/live/{name}.flv"), $"{name}-ws");
        http.Start();
        ws.Start();
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers", $"stream=\"live/{name}\"") >= 1, "the player over RTMP waits");

        var cells = new List<string>();
        foreach (var (i, cues) in publications.Index())
        {
            await using var publisher = await ScorePlayer.StartAsync(server.Rtmp, "live", name, cues);
            if (i == publications.Count - 1)
            {
                await publisher.ReachedAsync(Turn(name));
                cells.Add(await CellAsync(form, "the page", async () => output.WriteLine($"{name}: {await page.PlaysAsync(video.Length > 0, audio.Length > 0, name)}")));
            }
            else
            {
                await publisher.ReachedAsync(Change);
            }
        }

        await http.StopAsync();
        await ws.StopAsync();
        await rtmp.SignalAsync("INT");
        await rtmp.ExitAsync(Patience);
        cells.Add(await CellAsync(form, "RTMP", async () => await AssertHasAsync(await Score.TailAsync(files[$"{name}-rtmp.flv"]), video, audio)));
        cells.Add(await CellAsync(form, "HTTP-FLV", () => AssertPiecesAsync(http, video, audio)));
        cells.Add(await CellAsync(form, "WebSocket", () => AssertPiecesAsync(ws, video, audio)));
        return cells;
    }

    private static async Task<string> CellAsync(Form form, string viewer, Func<Task> play)
    {
        try
        {
            await play();
            return $"{form.Name} by {viewer} plays";
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or TimeoutException)
        {
            return $"{form.Name} by {viewer}: {e.Message}";
        }
    }

    // Each stream that it opened decodes whole, and the last one has what the publisher sends by then.
    private static async Task AssertPiecesAsync(FlvCollector collector, string video, string audio)
    {
        foreach (var piece in collector.Pieces)
        {
            await Ffmpeg.AssertDecodesAsync(piece);
        }

        await AssertHasAsync(collector.Pieces[^1], video, audio);
    }

    // When what the form is about begins, in the last publication.
    private static int Turn(string form) => form.StartsWith("late", StringComparison.Ordinal) || form == "othercodec" ? Change + 500 : 0;

    private static IReadOnlyList<IEnumerable<Cue>> Compose(string form, IReadOnlyList<Cue> whole, IReadOnlyList<Cue> mp3)
    {
        var pictures = whole.Only(FlvTagType.Video);
        var sound = whole.Only(FlvTagType.Audio);
        return form switch
        {
            "audioonly" => [sound],
            "videoonly" => [pictures],
            "lateaudio" => [pictures.Concat(sound.Cut(Change, long.MaxValue))],
            "latevideo" => [sound.Concat(pictures.Cut(Change, long.MaxValue))],
            "othercodec" => [pictures.Concat(sound.Cut(0, Change)).Concat(mp3.Only(FlvTagType.Audio).Cut(Change, long.MaxValue))],
            "restartwithaudio" => [pictures, whole],
            "restartwithoutvideo" => [whole, sound],
            _ => throw new UnreachableException(form),
        };
    }

    // It has those codecs, and both decode for more than a moment.
    private static async Task AssertHasAsync(string file, string video, string audio)
    {
        var frames = await Ffmpeg.FramesAsync(file);
        foreach (var codec in new[] { video, audio }.Where(static codec => codec.Length > 0))
        {
            Assert.True(frames.GetValueOrDefault(codec) >= TailFramesMin, $"it has {frames.GetValueOrDefault(codec)} frames of {codec} at its end");
        }
    }

    // What is published, and the codecs of its last part by FFmpeg's names; empty for none.
    private sealed record Form(string Name, string Video, string Audio);
}
