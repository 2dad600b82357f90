using Quickwater.Client;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The numbers that are promised for a phone, with the limits of its profile.</summary>
public sealed class MobileProfileTests
{
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    [FullFact]
    [Requirement("RTMP-14.2")]
    public async Task A_hundred_connections_are_served_and_the_next_is_not()
    {
        const int Viewers = 99; // and the publisher
        var full = await RunAsync(new LoadOptions(Viewers, 1, KilobitsPerSecond: 200, FramesPerSecond: 10, Warm, Measured, "live/load"));
        Assert.InRange(full.FramesExpected, 1, long.MaxValue);
        Assert.Equal((Viewers, 0, 0L), (full.Viewers, full.ViewersMissing, full.FramesMissing));
        var over = new LoadOptions(Viewers + 1, 1, KilobitsPerSecond: 200, FramesPerSecond: 10, Warm, Measured, "live/load");
        Assert.Contains("the server said", (await Assert.ThrowsAsync<ClientException>(() => RunAsync(over))).Message, StringComparison.Ordinal);
    }

    [FullFact]
    [Requirement("RTMP-13.2")]
    public async Task Twenty_megabits_a_second_come_in_and_go_on_whole()
    {
        const int KilobitsPerSecond = 20_000;
        var report = await RunAsync(new LoadOptions(Viewers: 1, 1, KilobitsPerSecond, FramesPerSecond: 50, Warm, Measured, "live/load"));
        Assert.InRange(report.FramesExpected, 1, long.MaxValue);
        Assert.Equal((0, 0L), (report.ViewersMissing, report.FramesMissing));
        Assert.InRange(report.Bytes * 8 / report.Measured.TotalSeconds / 1000, KilobitsPerSecond * 0.95, KilobitsPerSecond * 1.1);
    }

    [FullFact]
    [Requirement("RTMP-13.4")]
    public async Task A_hundred_megabits_a_second_go_out()
    {
        const int Viewers = 20;
        var report = await RunAsync(new LoadOptions(Viewers, 1, KilobitsPerSecond: 5000, FramesPerSecond: 30, Warm, Measured, "live/load"));
        Assert.InRange(report.FramesExpected, 1, long.MaxValue);
        Assert.Equal((Viewers, 0, 0L), (report.Viewers, report.ViewersMissing, report.FramesMissing));
        Assert.InRange(report.Bytes * 8 / report.Measured.TotalSeconds / 1e6, 95, 120);
    }

    // All come from one address here, which has half of the connections by default.
    private static async Task<LoadReport> RunAsync(LoadOptions options)
    {
        await using var server = await LoadServer.StartAsync("rtmp", ["limits.profile=mobile", "rtmp.connectionsPerAddressMax=100"]);
        using var run = new LoadRun(options with { Url = $"rtmp://{server.Address}/{options.Url}" }, server.Process);
        return await run.RunAsync(CancellationToken.None);
    }
}
