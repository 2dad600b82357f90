using System.Text.Json;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What administration says of streams and connections while they run.</summary>
public sealed class StatisticsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    [Requirement("RTMP-4.12/bitrate", "RTMP-5.8")]
    public async Task Streams_and_connections_show_their_bitrates_frames_and_bytes()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource(Patience);
        var publishing = Clip.PublishAsync(server, $"live/a?key={RunningServer.Key}", Clip.Cut(2000), loop: true, stop.Token);
        var playing = Clip.PlayAsync(server, "live/a", stop.Token);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonElement stream, publisher, viewer;
        do
        {
            await again.WaitForNextTickAsync(stop.Token);
            stream = (await ReadAsync(server, "streams")).FirstOrDefault();
            var connections = await ReadAsync(server, "connections");
            publisher = Find(connections, "publisher");
            viewer = Find(connections, "viewer");
        }
        while (!(Number(stream, "bitrateBps") > 0 && Number(publisher, "bitrateInBps") > 0 && Number(publisher, "bitrateBps", ofStream: true) > 0
            && Number(viewer, "bitrateOutBps") > 0 && Number(viewer, "frames", ofStream: true) > 10));

        var frames = stream.GetProperty("frames");
        Assert.True(frames.GetProperty("video").GetInt64() > 0 && frames.GetProperty("keys").GetInt64() > 0 && frames.GetProperty("audio").GetInt64() > 0);
        Assert.Equal("holder of a publish key", publisher.GetProperty("streams")[0].GetProperty("identity").GetString());
        Assert.True(Number(publisher, "bytes", ofStream: true) > 0);
        Assert.True(Number(viewer, "bytes", ofStream: true) > 0);
        Assert.Equal(0, Number(viewer, "framesDropped", ofStream: true));
        Assert.Equal("live/a", viewer.GetProperty("streams")[0].GetProperty("stream").GetString());
        await stop.CancelAsync();
        await publishing;
        await playing;
    }

    private static async Task<JsonElement[]> ReadAsync(RunningServer server, string what)
    {
        using var report = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin($"/api/v1/{what}")));
        return [.. report.RootElement.GetProperty(what).EnumerateArray().Select(static one => one.Clone())];
    }

    private static JsonElement Find(JsonElement[] connections, string role) =>
        connections.FirstOrDefault(one => one.GetProperty("role").GetString() == role);

    private static long Number(JsonElement of, string name, bool ofStream = false) => of.ValueKind == JsonValueKind.Undefined ? 0
        : ofStream ? of.GetProperty("streams")[0].GetProperty(name).GetInt64()
        : of.GetProperty(name).GetInt64();
}
