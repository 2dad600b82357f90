using System.Diagnostics;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>SIGTERM: nobody is cut off.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class ShutdownTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolFact("sh", "ffmpeg", "ffprobe")]
    [Requirement("RTMP-19.1", "RTMP-19.6")]
    public async Task Sigterm_tells_publishers_lets_viewers_finish_and_ends_with_0()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "shutdown.grace=6s");
        using var files = new TemporaryFolder();
        await using var publisher = Executable.Start("publish", Executable.DemoClip, server.RtmpUrl("live/a"), "--loop");
        await server.LiveAsync("live/a");
        await using var rtmp = Ffmpeg.Take(server.RtmpUrl("live/a"), files["rtmp.flv"], seconds: 60);
        await using var http = Ffmpeg.Take(server.FlvUrl("live/a"), files["http.flv"], seconds: 60);
        using var audience = new Audience();
        var viewer = await audience.JoinAsync(server.RtmpUrl("live/a"));
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 3, "three viewers");
        await viewer.GotAsync(150);

        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, await server.StopAsync());
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(2), "the stream went on for a part of the grace");
        output.WriteLine($"Stopped after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");

        // The publisher: a truthful answer, not a broken pipe.
        Assert.Equal(1, await publisher.ExitAsync(Patience));
        output.WriteLine(publisher.Error.Text);
        Assert.DoesNotContain("connection_reset", publisher.Error.Text, StringComparison.Ordinal);
        // The viewers: the end of the stream, behind whole frames.
        await viewer.EndedAsync();
        Assert.True(viewer.Sink.HasEnded);
        (await Clip.LoadAsync()).AssertUnbroken(viewer.Tags);
        Assert.Equal(0, await rtmp.ExitAsync(Patience));
        Assert.Equal(0, await http.ExitAsync(Patience));
        await Ffmpeg.AssertDecodesAsync(files["rtmp.flv"]);
        await Ffmpeg.AssertDecodesAsync(files["http.flv"]);
        Assert.Contains("Stopped after ", server.Log.Text, StringComparison.Ordinal);
    }

    // As a shell starts what a script puts in the background.
    [ToolFact("sh")]
    [Requirement("RPC-8")]
    public async Task Sigint_ends_a_server_that_was_started_with_it_ignored()
    {
        using var data = new TemporaryFolder();
        await using var server = Child.Start(
            "sh", ["-c", "trap '' INT; exec \"$@\"", "sh", Executable.Command.Host, Executable.Command.Path, .. Serve(data)]);
        await server.Output.FirstAsync("Ctrl+C", Patience);

        await server.SignalAsync("INT");

        Assert.Equal(0, await server.ExitAsync(Patience));
    }

    [ToolFact("sh")]
    [Requirement("RPC-8")]
    public async Task A_server_that_is_told_to_stop_while_it_starts_ends_with_0()
    {
        using var data = new TemporaryFolder();
        await using var server = Executable.Start(Serve(data));
        await server.Error.FirstAsync(" rpc listens on ", Patience);

        await server.SignalAsync("TERM");

        Assert.True(await server.ExitAsync(Patience) == 0, server.Error.Text);
    }

    [ToolFact("sh")]
    [Requirement("RTMP-19.2/beforehand", "RTMP-19.2/end")]
    public async Task A_publisher_is_told_before_its_connection_is_closed()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "shutdown.grace=2s");
        using var publisher = await RawRtmp.SendAsync(server.Rtmp, RawRtmp.Publishing("live", "a"));
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_publishers") == 1, "it publishes");
        await server.Process.SignalAsync("TERM");

        var said = await publisher.EndedAsync();

        Assert.Contains("NetStream.Publish.Start", said, StringComparison.Ordinal);
        Assert.Contains("NetConnection.Connect.ReconnectRequest", said, StringComparison.Ordinal); // beforehand
        Assert.Contains("NetStream.Unpublish.Success", said, StringComparison.Ordinal);
        Assert.Contains("The server is shutting down.", said, StringComparison.Ordinal);
        Assert.Contains("NetConnection.Connect.Closed", said, StringComparison.Ordinal);
    }

    [ToolFact("sh")]
    [Requirement("RTMP-19.3", "RTMP-19.4")]
    public async Task Who_does_not_leave_within_the_grace_is_cut_off()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "shutdown.grace=500ms");
        using var mute = await RawRtmp.SendAsync(server.Rtmp, RawRtmp.Handshake);
        await server.MetricsAsync(metrics => metrics.Connections == 1, "it is connected");

        Assert.Equal(0, await server.StopAsync());

        await mute.EndedAsync();
    }

    private static string[] Serve(TemporaryFolder data) =>
    [
        "serve", "--set", $"data.directory={data["data"]}",
        .. new[] { "rtmp", "audio", "rpc", "http", "admin" }.SelectMany(system => new[] { "--set", $"{system}.listen=127.0.0.1:0" }),
    ];
}
