using System.Globalization;
using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Some of many viewers stop reading and read again: what they lose, what the others do not, and what it costs.</summary>
[Collection(RealClientsCollection.Name)]
[Requirement("RTMP-5.4", "RTMP-5.5", "RTMP-5.8", "RTMP-21.7")]
public sealed class StalledViewersTests(ITestOutputHelper output)
{
    private const int TopicMebibytes = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [ToolFact("sh", "ffmpeg")]
    [Requirement("RTMP-21.7/slow")]
    public Task Four_of_twenty_viewers_that_stall_drop_to_a_key_and_the_others_miss_nothing() =>
        StallAsync(viewers: 20, stalled: 4, stallSeconds: 12, lagSeconds: 8);

    [FullFact("sh", "ffmpeg")]
    public Task Twenty_of_two_hundred_viewers_that_stall_for_a_minute_drop_to_a_key_and_the_others_miss_nothing() =>
        StallAsync(viewers: 200, stalled: 20, stallSeconds: 60, lagSeconds: 5);

    private async Task StallAsync(int viewers, int stalled, int stallSeconds, int lagSeconds)
    {
        using var files = new TemporaryFolder();
        await MakeFilmAsync(files["film.flv"]);
        var film = await Clip.LoadAsync(files["film.flv"]);
        await using var server = await ServerProcess.StartAsync(
            output, "--set", $"rtmp.lagTimeMax={lagSeconds}s", "--set", $"rtmp.gop.bytesMax={TopicMebibytes}MiB");
        await using var publisher = Executable.Start("publish", files["film.flv"], server.RtmpUrl("live/a"), "--loop");
        await server.LiveAsync("live/a");
        var idle = server.Process.ResidentBytes;

        var slow = new List<SocketViewer>();
        var steady = new List<SocketViewer>();
        for (var i = 0; i < viewers; i++)
        {
            (i < stalled ? slow : steady).Add(
                await SocketViewer.JoinAsync(server.Rtmp, "live", "a", i < stalled ? files[$"{i}.flv"] : null));
        }

        // The stream itself is the clock: a test that is held up waits for it.
        await GotAsync([.. slow, .. steady], seconds: 2);
        slow.ForEach(viewer => viewer.Stall());
        var at = steady[0].Last;
        await Until.HoldsAsync(() => steady[0].Last >= at + (stallSeconds * 1000), Patience, $"{stallSeconds} s of the stream");
        var metrics = await server.MetricsAsync();
        var grown = server.Process.ResidentBytes - idle;
        slow.ForEach(viewer => viewer.Resume());
        at = steady[0].Last;
        await Until.HoldsAsync(() => slow.TrueForAll(viewer => viewer.Last >= at + 3000), Patience, "all are at the live edge again");

        await publisher.SignalAsync("TERM");
        await publisher.ExitAsync(Patience);
        await Until.HoldsAsync(() => slow.Concat(steady).All(viewer => viewer.HasEnded), Patience, "all heard of the end");
        await Task.WhenAll(slow.Concat(steady).Select(viewer => viewer.DisposeAsync().AsTask()));
        await server.EmptyAsync();

        Assert.All(steady, viewer => Assert.True(film.AssertUnbroken(viewer.Tags) > 0));
        var everything = steady[0].Tags;
        for (var i = 0; i < stalled; i++)
        {
            AssertSound(everything, slow[i].Tags, LossOf(server, slow[i]), TimeSpan.FromSeconds(stallSeconds - (2 * lagSeconds)));
            await Ffmpeg.AssertDecodesAsync(files[$"{i}.flv"]);
        }

        AssertMemory(metrics, viewers, stalled, grown);
    }

    // What it missed is what the server says that it dropped; after every gap its pictures go on at a key; its sound has one gap at most.
    private void AssertSound(Tag[] everything, Tag[] got, IReadOnlyDictionary<string, long> dropped, TimeSpan beyondBound)
    {
        var mine = got.Where(tag => !tag.IsConfig).ToHashSet();
        var first = Array.FindIndex(everything, tag => tag == got.First(one => !one.IsConfig));
        Assert.True(first >= 0, "the steady viewer was there before");
        var span = everything.Skip(first).Where(tag => !tag.IsConfig).ToArray();
        var missed = span.Where(tag => !mine.Contains(tag)).ToArray();
        var pictures = missed.Count(tag => tag.Type == FlvTagType.Video);
        var sounds = missed.Length - pictures;
        output.WriteLine($"missed {pictures} pictures and {sounds} sounds of {span.Length}; {string.Join(", ", dropped)}");

        Assert.Equal(mine.Count + missed.Length, span.Length); // nothing that was not published, nothing twice
        Assert.True(pictures > 0, "pictures are dropped");
        var configs = everything.Count(tag => tag.IsConfig); // those that stood in what was lost are counted as well
        Assert.InRange(dropped.Where(pair => pair.Key.StartsWith("video", StringComparison.Ordinal)).Sum(pair => pair.Value), pictures, pictures + configs);
        Assert.InRange(dropped.Where(pair => pair.Key.StartsWith("audio", StringComparison.Ordinal)).Sum(pair => pair.Value), sounds, sounds + configs);
        Assert.All(dropped.Keys, key => Assert.Matches("lag_time_exceeded|fell_behind_ring", key));

        var run = 0;
        foreach (var picture in span.Where(tag => tag.Type == FlvTagType.Video))
        {
            var came = mine.Contains(picture);
            Assert.True(!came || run <= 2 || picture.IsKey, $"pictures go on with {picture} after {run} were missed"); // 2: those that none needs
            run = came ? 0 : run + 1;
        }

        var voice = span.Where(tag => tag.Type == FlvTagType.Audio).Select(mine.Contains).ToArray();
        Assert.InRange(voice.Zip(voice.Skip(1)).Count(pair => pair is (true, false)), 0, 1);
        // Sound is 43 frames a second: beyond what the stream holds it is lost, and not much more than that.
        Assert.InRange(sounds, 0, (int)(Math.Max(0, beyondBound.TotalSeconds) * 45) + 90);
    }

    // docs/ARCHITECTURE.md, "What the hub holds": the replay, one ring, and for each viewer a batch and the segments that it keeps alive.
    private void AssertMemory(Metrics metrics, int viewers, int stalled, long grown)
    {
        const long Segment = 256 * 1024;
        var hub = (2L * TopicMebibytes << 20) + (stalled * 2 * Segment) + (viewers * 64L * 1024);
        output.WriteLine($"{metrics.Alive.Segments} segments; {grown / 1048576.0:0} MiB more resident; the hub may hold {hub / 1048576.0:0} MiB");
        Assert.InRange(metrics.Alive.Segments, 1, ((long)TopicMebibytes << 20) / Segment + 16 + (stalled * 2));
        Assert.InRange(grown, 0, hub + (96L << 20)); // code that was compiled meanwhile, connections, pools, what the collector has not taken yet
    }

    private static Task GotAsync(IReadOnlyList<SocketViewer> viewers, int seconds) => Until.HoldsAsync(
        () => viewers.All(viewer => viewer.Count >= seconds * 60), Patience, $"{seconds} s for each viewer");

    // "A viewer left stream live/a: 100 frames delivered, 20 dropped (video lag_time_exceeded 18, audio fell_behind_ring 2): connection 7 (rtmp from ...)"
    private static Dictionary<string, long> LossOf(ServerProcess server, SocketViewer viewer)
    {
        var left = server.Log.All.First(line => line.Contains("A viewer left stream live/a: ", StringComparison.Ordinal)
            && line.EndsWith($"(rtmp from {viewer.Name})", StringComparison.Ordinal));
        return left.Split(" dropped (")[1].Split("): ")[0].Split(", ").ToDictionary(
            part => part[..part.LastIndexOf(' ')], part => long.Parse(part.Split(' ')[^1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    // 2 Mb/s, a key every two seconds, and two pictures of three that no other needs.
    private static Task MakeFilmAsync(string file) => Ffmpeg.RunAsync([
        .. Ffmpeg.Video("640x360", noise: 20), .. Ffmpeg.Tone(), "-t", "10",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "2",
        "-x264-params", "b-adapt=0:b-pyramid=none:open-gop=0", "-b:v", "2M", "-minrate", "2M", "-maxrate", "2M", "-bufsize", "1M",
        "-c:a", "aac", "-b:a", "64k", "-f", "flv", file,
    ]);
}
