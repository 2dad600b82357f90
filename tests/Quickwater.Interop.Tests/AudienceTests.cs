using System.Diagnostics;
using Quickwater.Core;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Many at once, each by itself.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class AudienceTests(ITestOutputHelper output)
{
    private const int Viewers = 500;
    private const int MessagesEach = 300; // 4.5 s of the demo

    [Fact]
    public async Task A_clip_knows_when_a_frame_is_missing_or_comes_twice()
    {
        var clip = await Clip.LoadAsync();
        var tags = await FlvFile.ReadAsync(Executable.DemoClip);

        Assert.Equal(tags.Count(tag => !tag.IsConfig), clip.AssertUnbroken(tags));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => clip.AssertUnbroken([.. tags.Take(100), .. tags.Skip(101)]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => clip.AssertUnbroken([.. tags.Take(100), .. tags.Skip(99)]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => clip.AssertUnbroken([.. tags.Where(tag => tag.IsConfig || !tag.IsKey)]));
    }

    [Fact]
    [Requirement("RTMP-5.2", "RTMP-5.4", "RTMP-5.1", "RTMP-5.8")]
    public async Task Five_hundred_viewers_of_the_demo_see_every_frame_of_it()
    {
        var clip = await Clip.LoadAsync();
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await server.LiveAsync("live/demo");
        using var audience = new Audience();
        var viewers = new List<Audience.Viewer>();
        var idle = server.Process.ResidentBytes;
        var began = Stopwatch.GetTimestamp();
        var used = server.Process.ProcessorTime;
        for (var i = 0; i < Viewers; i++)
        {
            viewers.Add(await audience.JoinAsync(server.RtmpUrl("live/demo")));
        }

        foreach (var viewer in viewers)
        {
            await viewer.GotAsync(MessagesEach);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine(
            $"{Viewers} viewers for {seconds:0.0} s: {(server.Process.ProcessorTime - used).TotalSeconds / seconds:P0} of one core, "
            + $"{server.Process.ResidentBytes / 1048576.0:0} MiB resident, {idle / 1048576.0:0} MiB before them");
        Assert.Null(audience.Fault);
        var metrics = await server.MetricsAsync();
        Assert.Equal(Viewers, metrics.Sum("quickwater_stream_viewers", "stream=\"live/demo\""));
        Assert.Equal(0, metrics.Sum("quickwater_stream_drops_total"));
        Assert.All(viewers, viewer =>
        {
            Assert.Equal(Reason.None, viewer.Connection.Ended);
            Assert.InRange(clip.AssertUnbroken(viewer.Tags), MessagesEach - 10, int.MaxValue);
        });
    }
}
