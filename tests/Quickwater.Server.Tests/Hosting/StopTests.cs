using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A stop with a connection that does not leave: it has shaken hands and says nothing more.</summary>
public sealed class StopTests
{
    [Fact]
    [Requirement("RTMP-19.3", "RTMP-19.4")]
    public async Task What_does_not_finish_within_the_grace_is_cut_off()
    {
        var server = await RunningServer.StartAsync("shutdown.grace=100ms");
        using var mute = await RawRtmp.MuteAsync(server.Rtmp);

        await server.Server.StopAsync(CancellationToken.None);

        Assert.Equal("", await mute.EndedAsync());
        await server.DisposeAsync();
        var lines = server.Lines;
        Assert.Contains("1 have 0.1 s to finish", lines, StringComparison.Ordinal);
        Assert.Contains("1 connections did not finish in time and are cut off", lines, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-19.5")]
    public async Task A_hurried_stop_does_not_wait_for_the_grace()
    {
        var server = await RunningServer.StartAsync("shutdown.grace=10m");
        using var mute = await RawRtmp.MuteAsync(server.Rtmp);
        using var hurry = new CancellationTokenSource();
        var stopping = server.Server.StopAsync(hurry.Token);
        Assert.False(stopping.IsCompleted);

        await hurry.CancelAsync();

        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("", await mute.EndedAsync());
        await server.DisposeAsync();
        Assert.Contains("1 connections did not finish in time and are cut off", server.Lines, StringComparison.Ordinal);
    }
}
