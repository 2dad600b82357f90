using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>OBS Studio publishes, is refused in words, and comes back.</summary>
[Collection(RealClientsCollection.Name)]
[Requirement("RTMP-21.3")]
public sealed class ObsTests(ITestOutputHelper output)
{
    private const int TakenSeconds = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [FullFact("obs", "Xvfb", "dbus-run-session", "env", "ffmpeg", "ffprobe")]
    [Requirement("RTMP-3.3", "RTMP-3.13", "RTMP-4.2", "RTMP-4.3")]
    public async Task What_OBS_publishes_plays_by_RTMP_and_by_HTTP()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.anonymousPublishFromLoopback=false");
        using var files = new TemporaryFolder();
        var key = await server.KeyAsync();
        await using var obs = await Obs.StartAsync($"rtmp://{server.Rtmp}/live", $"a?key={key}");
        await LiveAsync(server);

        await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], TakenSeconds);
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], TakenSeconds);

        foreach (var (player, file) in new[] { (rtmp, files["rtmp.flv"]), (http, files["http.flv"]) })
        {
            Assert.Equal(0, await player.ExitAsync(Patience));
            await Ffmpeg.AssertDecodesAsync(file);
            var (video, audio) = await Ffmpeg.CountAsync(file);
            output.WriteLine($"{Path.GetFileName(file)}: {video} pictures, {audio} frames of audio");
            Assert.InRange(video, 30 * TakenSeconds - 20, 30 * TakenSeconds + 20);
            Assert.InRange(audio, 46 * TakenSeconds - 30, 46 * TakenSeconds + 30);
        }

        Assert.DoesNotContain("does not match", obs.Log.Text, StringComparison.Ordinal); // as its librtmp says of an S2 that is not C1
    }

    [FullFact("obs", "Xvfb", "dbus-run-session", "env", "ffmpeg")]
    [Requirement("RTMP-3.7")]
    public async Task OBS_is_told_that_the_stream_has_a_publisher_and_that_its_key_is_wrong()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.anonymousPublishFromLoopback=false");
        var key = await server.KeyAsync();
        await using var first = Ffmpeg.Publish(server.RtmpUrl($"live/a?key={key}"), seconds: 600);
        await server.LiveAsync("live/a");

        await using (var second = await Obs.StartAsync($"rtmp://{server.Rtmp}/live", $"a?key={key}"))
        {
            var said = await second.Log.FirstAsync("NetStream.Publish.", Patience);
            Assert.Equal("NetStream.Publish.BadName (Cannot publish live/a: the stream already has a publisher.)", said);
        }

        await using (var stranger = await Obs.StartAsync($"rtmp://{server.Rtmp}/live", "b?key=not-the-key"))
        {
            var said = await stranger.Log.FirstAsync("NetStream.Publish.", Patience);
            output.WriteLine(said);
            Assert.StartsWith("NetStream.Publish.Denied (Cannot publish live/b: ", said, StringComparison.Ordinal);
            Assert.DoesNotContain("not-the-key", said, StringComparison.Ordinal);
        }

        Assert.Equal("", first.Error.Text);
    }

    [FullFact("obs", "Xvfb", "dbus-run-session", "env", "ffmpeg", "ffprobe")]
    public async Task OBS_publishes_again_after_the_server_was_restarted()
    {
        using var files = new TemporaryFolder();
        var first = await ServerProcess.StartAsync(output);
        var (place, url) = (first.Rtmp, first.RtmpUrl("live/a"));
        await using var obs = await Obs.StartAsync($"rtmp://{place}/live", "a");
        await using (first)
        {
            await LiveAsync(first);
        }

        await using var second = await ServerProcess.StartAsync(output, "--set", $"rtmp.listen={place}");
        await LiveAsync(second);
        await using var player = Ffmpeg.Take(url, files["second.flv"], TakenSeconds);

        Assert.Equal(0, await player.ExitAsync(Patience));
        await Ffmpeg.AssertDecodesAsync(files["second.flv"]);
        Assert.InRange((await Ffmpeg.CountAsync(files["second.flv"])).Video, 30 * TakenSeconds - 20, 30 * TakenSeconds + 20);
    }

    private static Task LiveAsync(ServerProcess server) => server.MetricsAsync(
        metrics => metrics.Sum("quickwater_streams", "state=\"live\"") == 1, "OBS publishes", withinSeconds: 120);
}
