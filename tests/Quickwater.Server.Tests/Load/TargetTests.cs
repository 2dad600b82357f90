using System.Net;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The numbers that are promised for a desktop, in a process of its own, as a load meets it.</summary>
public sealed class TargetTests
{
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    [FullFact]
    [Requirement("RTMP-14.1", "RTMP-5.2")]
    public async Task A_thousand_viewers_get_every_frame()
    {
        const int Viewers = 1000;
        var report = await RunAsync(new LoadOptions(Viewers, 1, KilobitsPerSecond: 200, FramesPerSecond: 10, Warm, Measured, "live/load"));
        Assert.Equal((Viewers, 0, 0L), (report.Viewers, report.ViewersMissing, report.FramesMissing));
    }

    [FullFact]
    [Requirement("RTMP-13.1")]
    public async Task Fifty_megabits_a_second_come_in_and_go_on_whole()
    {
        const int KilobitsPerSecond = 50_000;
        var report = await RunAsync(new LoadOptions(Viewers: 1, 1, KilobitsPerSecond, FramesPerSecond: 50, Warm, Measured, "live/load"));
        Assert.Equal((0, 0L), (report.ViewersMissing, report.FramesMissing));
        Assert.InRange(report.Bytes * 8 / report.Measured.TotalSeconds / 1000, KilobitsPerSecond * 0.95, KilobitsPerSecond * 1.1);
    }

    [FullFact]
    [Requirement("RTMP-13.3")]
    public async Task Five_hundred_megabits_a_second_go_out()
    {
        const int Viewers = 50;
        const int KilobitsPerSecond = 10_000;
        var report = await RunAsync(new LoadOptions(Viewers, 1, KilobitsPerSecond, FramesPerSecond: 30, Warm, Measured, "live/load"));
        Assert.Equal((Viewers, 0, 0L), (report.Viewers, report.ViewersMissing, report.FramesMissing));
        Assert.InRange(report.Bytes * 8 / report.Measured.TotalSeconds / 1e6, 475, 600);
    }

    [FullFact]
    [Requirement("RTMP-12.3")]
    public async Task A_frame_is_forwarded_within_fifty_milliseconds()
    {
        var report = await RunAsync(new LoadOptions(Viewers: 10, 1, KilobitsPerSecond: 2000, FramesPerSecond: 30, Warm, Measured, "live/load"));
        Assert.Equal(0L, report.FramesMissing);
        Assert.InRange(report.Window.SinceSent.Percentile(0.99).TotalMilliseconds, 0, 50);
    }

    [FullFact]
    [Requirement("RTMP-10.2")]
    public async Task A_server_with_idle_connections_and_a_quiet_stream_spins_on_nothing()
    {
        const int Connections = 50;
        await using var server = await LoadServer.StartAsync("rtmp", []);
        var idle = new List<RawRtmp>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                idle.Add(await RawRtmp.MuteAsync(IPEndPoint.Parse(server.Address)));
            }

            using var clock = new PeriodicTimer(Measured);
            await clock.WaitForNextTickAsync(); // what starting up left to do is done by then
            server.Process.Refresh();
            var before = server.Process.TotalProcessorTime;
            await clock.WaitForNextTickAsync();
            server.Process.Refresh();
            var used = server.Process.TotalProcessorTime - before;
            Assert.InRange(used / Measured, 0, 0.05); // of one core
        }
        finally
        {
            idle.ForEach(static peer => peer.Dispose());
        }
    }

    private static async Task<LoadReport> RunAsync(LoadOptions options)
    {
        await using var server = await LoadServer.StartAsync("rtmp", []);
        using var run = new LoadRun(options with { Url = $"rtmp://{server.Address}/{options.Url}" }, server.Process);
        var report = await run.RunAsync(CancellationToken.None);
        Assert.True(report.FramesExpected > 0, "it is known what should have come, or nothing could be missing");
        return report;
    }
}
