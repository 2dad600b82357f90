using System.Diagnostics;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Prometheus' own judge reads what a busy server says of itself.</summary>
public sealed class PromtoolTests
{
    [ToolFact("promtool")]
    [Requirement("RTMP-18.3")]
    public async Task Promtool_finds_nothing_to_say_about_the_metrics()
    {
        using var folder = new TemporaryFolder();
        var (speech, _, _) = Sound.Speech(folder);
        await using var server = await RunningServer.StartAsync($"audio.stations=speech={speech}");
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        using var view = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);
        using var listen = await server.Client.GetAsync(server.Http("/audio/speech.wav"), HttpCompletionOption.ResponseHeadersRead);
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        await stop.CancelAsync();
        await publishing;

        using var check = Process.Start(new ProcessStartInfo(Tools.Require("promtool"), ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        }) ?? throw new InvalidOperationException("promtool did not start.");
        await check.StandardInput.WriteAsync(metrics);
        check.StandardInput.Close();
        var said = await check.StandardOutput.ReadToEndAsync() + await check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();

        Assert.Equal((0, ""), (check.ExitCode, said));
        Assert.Contains("quickwater_stream_rate_bytes_per_second{stream=\"live/a\"}", metrics, StringComparison.Ordinal);
    }
}
