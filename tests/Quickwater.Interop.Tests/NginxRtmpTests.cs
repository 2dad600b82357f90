using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Another server as a peer: nginx-rtmp publishes to this one, and plays from it; this one's client plays and publishes there.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class NginxRtmpTests(ITestOutputHelper output)
{
    private const int TakenSeconds = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [FullFact("nginx", "ffmpeg", "ffprobe")]
    [Requirement("RTMP-3.3", "RTMP-3.4")]
    public async Task Nginx_pushes_to_us_and_pulls_from_us()
    {
        await using var server = await ServerProcess.StartAsync(output);
        await using var nginx = await NginxRtmp.StartAsync(server.Rtmp, Patience);
        using var files = new TemporaryFolder();

        await using var publisher = Ffmpeg.Publish($"rtmp://{nginx.Place}/push/a", seconds: 600);
        await server.LiveAsync("live/a");
        await using var ours = Ffmpeg.Take(server.RtmpUrl("live/a"), files["ours.flv"], TakenSeconds);
        await using var theirs = Ffmpeg.Take($"rtmp://{nginx.Place}/pull/a", files["theirs.flv"], TakenSeconds);

        await AssertTakenAsync(ours, files["ours.flv"]);
        await AssertTakenAsync(theirs, files["theirs.flv"]);
    }

    [FullFact("nginx", "ffmpeg", "ffprobe")]
    public async Task Our_client_publishes_to_nginx_and_plays_from_it()
    {
        await using var server = await ServerProcess.StartAsync(output);
        await using var nginx = await NginxRtmp.StartAsync(server.Rtmp, Patience);
        using var files = new TemporaryFolder();
        await using var publisher = Executable.Start("publish", Executable.DemoClip, $"rtmp://{nginx.Place}/push/a", "--loop");
        await server.LiveAsync("live/a"); // so it is live at nginx

        await using var player = Executable.Start("play", $"rtmp://{nginx.Place}/push/a", "-o", files["a.flv"]);
        await Until.HoldsAsync(() => File.Exists(files["a.flv"]) && new FileInfo(files["a.flv"]).Length > 300_000, Patience, "300 kB of it");
        await player.SignalAsync("INT");
        await player.ExitAsync(Patience);

        await Ffmpeg.AssertDecodesAsync(files["a.flv"]);
        Assert.InRange((await Ffmpeg.CountAsync(files["a.flv"])).Video, 50, int.MaxValue);
    }

    private static async Task AssertTakenAsync(Child player, string file)
    {
        Assert.Equal(0, await player.ExitAsync(Patience));
        await Ffmpeg.AssertDecodesAsync(file);
        Assert.InRange((await Ffmpeg.CountAsync(file)).Video, 25 * TakenSeconds - 20, 25 * TakenSeconds + 20);
    }
}
