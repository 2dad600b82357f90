using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class EndTests : StudioTests
{
    [Fact]
    public void Draining_tells_publishers_and_gives_viewers_everything_first()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        var viewer = studio.Play();
        viewer.Reads = false;
        for (var i = 1u; i <= 20; i++)
        {
            publisher.Video(i * 40, Samples.Inter(30_000));
        }

        studio.Settle();
        var waiting = studio.Play("nobody");
        var idle = studio.Join();
        var shaking = studio.Dial();
        studio.Settle();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        studio.Settle();
        Assert.False(viewer.Finished);
        Assert.Equal(["NetStream.Unpublish.Success", "NetConnection.Connect.Closed"], publisher.Codes.TakeLast(2));
        viewer.Reads = true;
        studio.Run(5);

        Assert.Equal(26, viewer.Media.Count());
        Assert.Equal(["NetStream.Play.UnpublishNotify", "NetConnection.Connect.Closed"], viewer.Codes.TakeLast(2));
        Assert.Equal("status", viewer.Status("NetConnection.Connect.Closed").Level);
        Assert.All([publisher, viewer, waiting, idle, shaking], client => Assert.True(client.Finished));
        Assert.Equal(Enumerable.Repeat("Drained", 5), studio.Closed);
        Assert.Equal("-live/cam Drained", studio.Log[^1]);
    }

    [Fact]
    [Requirement("RTMP-19.2/beforehand", "RTMP-19.2/end", "RTMP-19.3")]
    public void Publishers_are_told_of_a_drain_beforehand_and_go_on_for_the_grace()
    {
        const int Grace = 10;
        var studio = Open(() => new Studio(new RtmpServerOptions { DrainTime = TimeSpan.FromSeconds(Grace) }));
        var publisher = studio.Publish();
        publisher.Start();
        var leaver = studio.Publish("short");
        leaver.Start();
        var viewer = studio.Play();
        var idle = studio.Join();
        var waiting = studio.Play("nobody");
        studio.Server.Drain(TimeSpan.FromSeconds(60));
        studio.Settle();

        var told = publisher.Status("NetConnection.Connect.ReconnectRequest");
        Assert.Equal((0u, "status"), (told.Stream, told.Level));
        Assert.Contains("10 s", told.Description);
        Assert.All([idle, waiting], static client => Assert.True(client.Finished)); // nothing is under way there
        publisher.Gop(1000);
        leaver.Command("closeStream", 0, 1);
        studio.Run(Grace - 1);
        Assert.True(leaver.Finished); // it has ended by itself
        publisher.Gop(9000);
        studio.Settle();
        Assert.False(publisher.Finished);
        Assert.Equal(9040u, viewer.Media.Last().Time); // the stream goes on
        studio.Run(2);

        Assert.Equal(["NetStream.Unpublish.Success", "NetConnection.Connect.Closed"], publisher.Codes.TakeLast(2));
        Assert.Equal(["NetStream.Play.UnpublishNotify", "NetConnection.Connect.Closed"], viewer.Codes.TakeLast(2));
        Assert.Equal(Enumerable.Repeat("Drained", 5), studio.Closed);
    }

    [Fact]
    public void A_paused_viewer_does_not_hold_up_a_drain()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        viewer.Command("pause", 0, 1, AmfValue.Of(true), AmfValue.Of(0));
        studio.Settle();
        publisher.Gop(1000);
        studio.Settle();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        studio.Run(5);

        Assert.Equal(["Drained", "Drained"], studio.Closed);
        Assert.Equal("NetConnection.Connect.Closed", viewer.Codes[^1]);
    }

    [Fact]
    public void A_viewer_that_does_not_read_is_ended_when_the_drain_has_no_more_time()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        var viewer = studio.Play();
        viewer.Reads = false;
        for (var i = 1u; i <= 20; i++)
        {
            publisher.Video(i * 40, Samples.Inter(30_000));
        }

        studio.Settle();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        studio.Run(11);

        Assert.Equal(["Drained", "DrainTimeout"], studio.Closed);
    }

    [Fact]
    public void Who_connects_during_a_drain_is_ended_too()
    {
        var studio = Open();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        var late = studio.Dial();
        late.Handshake();
        studio.Settle();

        Assert.True(late.Finished);
        Assert.Equal(["Drained"], studio.Closed);
    }

    [Fact]
    public void Who_is_thrown_out_is_told_why()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        viewer.Served.Connection?.Post(Command.Kick(Reason.Kicked));
        studio.Settle();
        var farewell = viewer.Messages[^1];
        Assert.Equal(("NetConnection.Connect.Closed", "error"), (farewell.Code, farewell.Level));
        Assert.Contains(Reason.Kicked.Text(), farewell.Description);
        Assert.True(viewer.Finished);

        var other = studio.Play();
        publisher.Served.Connection?.Post(Command.Kick(Reason.TakenOver));
        studio.Settle();
        Assert.Contains(Reason.TakenOver.Text(), publisher.Messages[^1].Description);
        Assert.Equal("NetStream.Play.UnpublishNotify", other.Codes[^1]);
        Assert.Equal("-live/cam TakenOver", studio.Log[^1]);
        Assert.Equal(["Kicked", "TakenOver"], studio.Closed);
    }

    [Fact]
    public void A_viewer_thrown_out_inside_a_frame_gets_the_frame_to_its_end()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Video(0, Samples.AvcConfig);
        publisher.Video(0, Samples.Key(1_000_000));
        studio.Settle();
        var viewer = studio.Join();
        viewer.Reads = false;
        viewer.Play("cam");
        studio.Settle();
        viewer.Served.Connection?.Post(Command.Kick(Reason.Kicked));
        studio.Settle();
        viewer.Reads = true;
        studio.Settle();

        Assert.Equal(Samples.Key(1_000_000), viewer.Media.Last().Body);
        Assert.Equal("NetConnection.Connect.Closed", viewer.Codes[^1]);
    }
}
