using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class LoadRunTests
{
    [Fact]
    [Requirement("RTMP-4.1", "RTMP-5.2")]
    public async Task Every_viewer_of_every_stream_gets_every_frame_and_its_delay_is_known()
    {
        await using var server = await RunningServer.StartAsync();
        using var run = new LoadRun(Options(server, viewers: 20, publishers: 2), null);

        var report = await run.RunAsync(CancellationToken.None);

        Assert.Equal((20, 0, 0L), (report.Viewers, report.ViewersMissing, report.FramesMissing));
        Assert.True(report.FramesExpected > 0);
        Assert.Equal(report.FramesExpected, report.FramesReceived);
        Assert.Equal(report.FramesReceived, report.Window.SinceDue.Count);
        Assert.True(report.Window.SinceDue.Percentile(0.5) > TimeSpan.Zero);
        Assert.True(report.Window.SinceDue.Most >= report.Window.SinceSent.Most);
        var text = new StringWriter();
        report.Write(text);
        Assert.Contains("0 missing at 0 viewers", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(" p99_ms ", report.Figures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewers_of_a_stream_that_is_there_are_counted_without_delays()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/load", Clip.Cut(400), loop: true, stop.Token);
        using var run = new LoadRun(Options(server, viewers: 3, publishers: 0), null);

        var report = await run.RunAsync(CancellationToken.None);
        await stop.CancelAsync();
        await publishing;

        Assert.Equal((3, 0L), (report.Viewers, report.FramesExpected));
        Assert.True(report.FramesReceived > 0);
        Assert.Equal(0, report.Window.SinceDue.Count);
    }

    [Fact]
    public async Task A_load_that_is_refused_says_what_the_server_said()
    {
        await using var server = await RunningServer.StartAsync("rtmp.anonymousPublishFromLoopback=false");
        using var run = new LoadRun(Options(server, viewers: 1, publishers: 1), null);

        var failed = await Assert.ThrowsAsync<ClientException>(() => run.RunAsync(CancellationToken.None));
        Assert.Equal(Reason.RefusedByPeer, failed.Failure.Why);
    }

    [Fact]
    public void Several_streams_are_numbered_before_their_parameters()
    {
        var options = new LoadOptions(1, 3, 500, 25, TimeSpan.Zero, TimeSpan.Zero, "rtmp://h/live/load?key=k");
        Assert.Equal("rtmp://h/live/load2?key=k", options.UrlOf(2));
        Assert.Equal("rtmp://h/live/load?key=k", (options with { Publishers = 1 }).UrlOf(0));
    }

    private static LoadOptions Options(RunningServer server, int viewers, int publishers) =>
        new(viewers, publishers, 500, 25, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), server.Url("live/load"));
}
