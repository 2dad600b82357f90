using System.Diagnostics;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A real FFmpeg whose packets are lost on the way, as when a cable is pulled: no end, no reset. It needs root for a network namespace.
/// </summary>
[Collection(RealClientsCollection.Name)]
[Requirement("RTMP-4.5")]
public sealed class VanishedPublisherTests(ITestOutputHelper output)
{
    private const string Key = "key-of-the-namespace";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [NamespaceFact("ffmpeg")]
    [Requirement("RTMP-5.6")]
    public async Task Viewers_of_a_publisher_that_vanishes_are_told_and_its_stream_goes_on_when_it_is_back()
    {
        await using var elsewhere = await NetworkNamespace.CreateAsync();
        await using var server = await StartAsync(elsewhere, "--set", "rtmp.publisherSilenceMax=5s", "--set", "rtmp.lostAfter=0s");
        using var files = new TemporaryFolder();
        await using var publisher = Publish(elsewhere, server);
        await server.LiveAsync("live/a");
        using var audience = new Audience();
        var viewer = await audience.JoinAsync(server.RtmpUrl("live/a"));
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], seconds: 600);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 2, "two viewers", withinSeconds: 60);
        await viewer.GotAsync(20, withinSeconds: 60);

        await elsewhere.LoseAsync();
        await viewer.EndedAsync(withinSeconds: 60);
        Assert.True(viewer.Sink.HasEnded);
        await http.ExitAsync(Patience);
        var ended = await server.Log.FirstAsync("Stream live/a ended: ", Patience);
        Assert.EndsWith("[idle_timeout]", ended, StringComparison.Ordinal);
        // The viewers' connections end, each in its own time; the publisher's stays, as the log shows at the end.
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_publishers") == 0 && metrics.Connections == 1, "only the publisher's connection is left");

        await elsewhere.HealAsync();
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_publishers") == 1, "it publishes again", withinSeconds: 90);
        var late = await audience.JoinAsync(server.RtmpUrl("live/a"));
        await late.GotAsync(20, withinSeconds: 60);
        Assert.True(late.Sink.Tags[0].IsConfig, "the configurations hold on, although the encoder does not send them again");
        Assert.DoesNotContain(server.Log.All, line => line.Contains("Connection 1 ended", StringComparison.Ordinal));
    }

    [NamespaceFact("ffmpeg")]
    [Requirement("RTMP-4.5/unavailable")]
    public async Task A_publisher_whose_machine_no_longer_answers_is_gone_and_its_name_is_free()
    {
        await using var elsewhere = await NetworkNamespace.CreateAsync();
        await using var server = await StartAsync(elsewhere);
        await using var publisher = Publish(elsewhere, server);
        await server.LiveAsync("live/a");
        using var audience = new Audience();
        var viewer = await audience.JoinAsync(server.RtmpUrl("live/a"));
        await viewer.GotAsync(20, withinSeconds: 60);

        var lost = Stopwatch.GetTimestamp();
        await elsewhere.LoseAsync();
        var ended = await server.Log.FirstAsync("Stream live/a ended: ", Patience);
        output.WriteLine($"{Stopwatch.GetElapsedTime(lost).TotalSeconds:0.0} s: {ended}");
        Assert.EndsWith("[transport_timed_out]", ended, StringComparison.Ordinal);
        await viewer.EndedAsync(withinSeconds: 60);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_publishers") == 0 && metrics.Connections == 0, "nobody is left");
    }

    [NamespaceFact("ffmpeg")]
    [Requirement("RTMP-4.9")]
    public async Task The_connection_of_a_publisher_that_stays_away_ends_at_its_idle_limit()
    {
        await using var elsewhere = await NetworkNamespace.CreateAsync();
        await using var server = await StartAsync(elsewhere, "--set", "rtmp.idleTimeout=8s", "--set", "rtmp.publisherSilenceMax=5s", "--set", "rtmp.lostAfter=0s");
        await using var publisher = Publish(elsewhere, server);
        await server.LiveAsync("live/a");

        await elsewhere.LoseAsync();
        await server.Log.FirstAsync("Stream live/a ended: ", Patience);
        var line = await server.Log.FirstAsync("Connection 1 ended: ", Patience);
        Assert.EndsWith("[idle_timeout]", line, StringComparison.Ordinal);
        var log = server.Log.All.ToList();
        Assert.True(
            log.FindIndex(one => one.Contains("Stream live/a ended", StringComparison.Ordinal)) < log.IndexOf(line),
            "its stream ended before its connection");
        await server.EmptyAsync();
    }

    private Task<ServerProcess> StartAsync(NetworkNamespace elsewhere, params string[] more) => ServerProcess.StartAsync(
        output, ["--set", $"rtmp.listen={elsewhere.Host}:0", "--set", $"rtmp.publishKeys={Key}", .. more]);

    // The demo's clip round and round, without encoding it anew.
    private static Child Publish(NetworkNamespace elsewhere, ServerProcess server) => elsewhere.Start("ffmpeg",
    [
        "-v", "warning", "-nostdin", "-re", "-stream_loop", "-1", "-i", Executable.DemoClip, "-c", "copy", "-f", "flv",
        server.RtmpUrl($"live/a?key={Key}"),
    ]);
}
