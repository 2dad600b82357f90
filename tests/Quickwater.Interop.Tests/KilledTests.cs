using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Clients that die without a word leave nothing behind.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class KilledTests(ITestOutputHelper output)
{
    [ToolFact("ffmpeg")]
    [Requirement("RTMP-4.5/unavailable", "RTMP-4.9/loss", "RTMP-5.9/removed", "RTMP-20.1", "AUD-1.4/fault")]
    public async Task Nothing_is_left_of_killed_publishers_and_viewers()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        for (var round = 0; round < 2; round++)
        {
            await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 60);
            await server.LiveAsync("live/a");
            await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], seconds: 60);
            await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], seconds: 60);
            using var audience = new Audience();
            var viewer = await audience.JoinAsync(server.RtmpUrl("live/a"));
            await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 3, "three viewers");
            await viewer.GotAsync(50);
            await rtmp.KillAsync();
            await http.KillAsync();
            await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 1, "one viewer is left");

            await publisher.KillAsync();

            // The one that lives is told, and leaves.
            await viewer.EndedAsync();
            Assert.True(viewer.Sink.HasEnded);
            await server.EmptyAsync();
        }
    }
}
