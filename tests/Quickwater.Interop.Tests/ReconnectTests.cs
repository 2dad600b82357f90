using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>publish and play with --reconnect, and a server that is killed and started again on its port.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class ReconnectTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // An address of loopback that nobody else uses, so that the port is still free when the server comes back.
    private const string Listen = "127.0.7.2";

    [ToolFact("ffmpeg", "sh")]
    [Requirement("RTMP-3.4")]
    public async Task Publish_and_play_go_on_when_a_killed_server_comes_back()
    {
        using var files = new TemporaryFolder();
        await using var first = await ServerProcess.StartAsync(output, "--set", $"rtmp.listen={Listen}:0");
        var (address, url) = (first.Rtmp, first.RtmpUrl("live/a"));
        await using var publisher = Executable.Start("publish", Executable.DemoClip, url, "--loop", "--reconnect");
        await using var player = Executable.Start("play", url, "-o", files["out.flv"], "--reconnect");
        await first.LiveAsync("live/a");
        await first.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 1, "the player plays", withinSeconds: 60);
        await Until.HoldsAsync(() => Length(files["out.flv"]) > 100_000, Patience, "the player has written some");

        await first.Process.KillAsync();
        await publisher.Error.FirstAsync("trying again in", Patience);
        await player.Error.FirstAsync("trying again in", Patience);
        var before = Length(files["out.flv"]);
        await using var second = await ServerProcess.StartAsync(output, "--set", $"rtmp.listen={address}");
        await second.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 1, "the player is back", withinSeconds: 60);
        await Until.HoldsAsync(() => Length(files["out.flv"]) > before + 100_000, Patience, "the player has written more");
        await player.SignalAsync("INT");
        Assert.Equal(0, await player.ExitAsync(Patience));
        await publisher.SignalAsync("INT");
        Assert.Equal(0, await publisher.ExitAsync(Patience));

        var tags = await FlvFile.ReadAsync(files["out.flv"]);
        Assert.All(tags.Zip(tags.Skip(1)), pair => Assert.True((long)pair.Second.Timestamp - pair.First.Timestamp > -500));
        await using var decoder = Child.Start("ffmpeg", "-v", "error", "-xerror", "-i", files["out.flv"], "-f", "null", "-");
        Assert.Equal(0, await decoder.ExitAsync(Patience));
        Assert.Equal("", decoder.Error.Text.Trim());
    }

    [Fact]
    public async Task The_load_generator_starts_its_own_server_and_misses_nothing()
    {
        await using var bench = Executable.Start("bench", "rtmp", "--viewers", "5", "--duration", "1");
        Assert.True(await bench.ExitAsync(Patience) == 0, bench.Output.Text + bench.Error.Text);
        Assert.Contains(" 0 missing at 0 viewers", bench.Output.Text, StringComparison.Ordinal);
        Assert.Contains(" s/GB, ", bench.Output.Text, StringComparison.Ordinal);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
