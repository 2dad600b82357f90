using System.Globalization;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Desktop players, without a desktop: the pictures that they would show are counted.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class PlayerTests(ITestOutputHelper output)
{
    private const int EveryNth = 10; // VLC keeps one picture of so many
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [FullTheory("mpv")]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("RTMP-3.4")]
    public async Task Mpv_shows_every_picture_it_was_asked_for(bool http)
    {
        const int Pictures = 90;
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        using var files = new TemporaryFolder();

        await using var player = Child.Start(
            "mpv", "--no-config", "--really-quiet", "--ao=null", "--vo=image", "--vo-image-format=jpg", $"--vo-image-outdir={files["shown"]}",
            $"--frames={Pictures}", Url(server, http));

        Assert.Equal((0, ""), (await player.ExitAsync(Patience), player.Error.Text));
        Assert.Equal(Pictures, Directory.GetFiles(files["shown"]).Length);
        await LeftAsync(server);
    }

    [FullTheory("cvlc", "setpriv", "env")]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("RTMP-3.4")]
    public async Task Vlc_shows_pictures_and_plays_sound(bool http)
    {
        const int Wanted = 10;
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        using var files = new TemporaryFolder();
        var home = Directory.CreateDirectory(files["home"]).FullName;
        if (!OperatingSystem.IsWindows())
        {
            // For the user that VLC runs as.
            const UnixFileMode Open = (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(files[""], Open);
            File.SetUnixFileMode(home, Open);
        }

        // VLC does not run as root, which a container's user often is.
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        await using var player = Child.Start(
            "env",
            [
                $"HOME={home}", $"XDG_RUNTIME_DIR={home}", .. user, "cvlc", "-I", "dummy", "--no-dbus", "-vv", "--aout=adummy", "--vout=dummy",
                "--video-filter=scene", $"--scene-path={home}", "--scene-format=jpg",
                string.Create(CultureInfo.InvariantCulture, $"--scene-ratio={EveryNth}"), Url(server, http),
            ]);

        await Until.HoldsAsync(() => Directory.GetFiles(home, "scene*.jpg").Length >= Wanted, Patience, $"{Wanted * EveryNth} pictures");
        await player.Error.FirstAsync("using audio decoder module", Patience);
        await player.KillAsync();
        await LeftAsync(server);
    }

    private static string Url(ServerProcess server, bool http) => http ? server.FlvUrl("live/demo") : server.RtmpUrl("live/demo");

    private static Task LeftAsync(ServerProcess server) =>
        server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 0, "the viewer left");
}
