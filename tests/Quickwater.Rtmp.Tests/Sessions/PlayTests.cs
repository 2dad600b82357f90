using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class PlayTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-3.4", "RTMP-5.1", "RTMP-5.3")]
    public void A_late_joiner_gets_metadata_and_configurations_and_starts_at_the_latest_key()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        publisher.Gop(1000);
        publisher.Gop(2000);
        studio.Settle();
        var viewer = studio.Play();

        Assert.Equal(
            [
                "event 0 of 1", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "D0 |RtmpSampleAccess",
                "D2000 onMetaData", "V2000 170000", "A2000 AF0012", "V2000 170100", "A2010 AF01", "V2040 270100",
            ],
            viewer.Messages.SkipWhile(m => m.Type != RtmpMessageType.UserControl).Select(Brief));
        Assert.All(viewer.Media, m => Assert.Equal(1u, m.Stream));
        Assert.Equal(Samples.Metadata[16..], viewer.Media.First().Body); // without @setDataFrame
        Assert.Equal(Samples.Key(), viewer.Media.ElementAt(3).Body);
    }

    [Fact]
    [Requirement("RTMP-3.4")]
    public void Play_before_publish_waits_and_starts()
    {
        var studio = Open();
        var viewer = studio.Play();
        studio.Run(20);
        Assert.Equal(["NetConnection.Connect.Success"], viewer.Codes);

        studio.Publish().Start();
        studio.Settle();
        Assert.Equal("NetStream.Play.Start", viewer.Codes[^1]);
        Assert.Equal(
            ["D0 onMetaData", "V0 170000", "A0 AF0012", "V0 170100", "A10 AF01", "V40 270100"], viewer.Media.Select(Brief));
    }

    [Theory]
    [Requirement("RTMP-3.4")]
    [InlineData(0, 0.1)]
    [InlineData(3, 3.1)]
    public void A_stream_that_does_not_come_is_not_found_when_the_wait_is_over(int wait, double after)
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { WaitForStream = TimeSpan.FromSeconds(wait) }));
        var viewer = studio.Join();
        viewer.Play("cam");
        studio.Run(after);

        var answer = viewer.Status("NetStream.Play.StreamNotFound");
        Assert.Equal("error", answer.Level);
        Assert.Contains("live/cam", answer.Description);
        Assert.Equal(1u, answer.Stream);
        Assert.False(viewer.Finished);
        Assert.Empty(studio.Hub.Topics);
    }

    [Fact]
    public void Who_waited_longer_than_the_idle_time_in_vain_may_ask_again()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { WaitForStream = TimeSpan.FromSeconds(100) }));
        var viewer = studio.Play();
        studio.Run(101);
        Assert.Equal("NetStream.Play.StreamNotFound", viewer.Codes[^1]);
        studio.Publish().Start();
        viewer.Play("cam");
        studio.Settle();

        Assert.Equal("NetStream.Play.Start", viewer.Codes[^1]);
    }

    [Fact]
    public void A_viewer_that_says_nothing_for_ten_minutes_is_not_idle()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        for (var i = 1u; i <= 300; i++)
        {
            publisher.Gop(i * 2000);
            studio.Run(2);
        }

        Assert.Equal(6 + (300 * 3), viewer.Media.Count());
    }

    [Fact]
    public void Two_plays_and_a_publish_share_a_connection_each_on_its_own_stream()
    {
        var studio = Open();
        var all = studio.Join(streams: 3);
        all.Publish("cam", 1);
        all.Play("cam", 2);
        all.Play("cam", 3);
        studio.Settle();
        all.SetChunkSize(65_536);
        all.Video(0, Samples.AvcConfig);
        all.Video(0, Samples.Key(150_000)); // more than a batch: the streams take turns between whole frames
        all.Video(40, Samples.Inter());
        studio.Settle();

        foreach (var stream in (uint[])[2, 3])
        {
            Assert.Equal(
                [Samples.AvcConfig, Samples.Key(150_000), Samples.Inter()],
                all.Media.Where(m => m.Stream == stream).Select(m => m.Body).ToArray());
            Assert.Contains($"event 0 of {stream}", all.Messages.Select(m => m.ToString()));
            Assert.Contains(all.Messages, m => m.Code == "NetStream.Play.Start" && m.Stream == stream);
        }

        Assert.DoesNotContain(all.Media, m => m.Stream == 1);
    }

    [Theory]
    [InlineData("closeStream")]
    [InlineData("deleteStream")]
    [InlineData("play")]
    public void A_stream_that_is_closed_inside_a_frame_still_sends_the_frame_to_its_end(string command)
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
        viewer.Command(command, 0, 1, command == "play" ? AmfValue.Of("other") : AmfValue.Of(1));
        viewer.Command("_checkbw", 9, 0);
        studio.Settle();
        viewer.Reads = true;
        studio.Settle();

        Assert.Equal(Samples.Key(1_000_000), viewer.Media.Last().Body);
        Assert.Equal("_result", viewer.Answer(9).Name);
        Assert.Empty(studio.Topic().Viewers);
    }

    [Fact]
    [Requirement("RTMP-3.13/receive")]
    public void A_viewer_chooses_what_it_receives()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        viewer.Command("receiveVideo", 0, 1, AmfValue.Of(false));
        studio.Settle();
        publisher.Gop(1000);
        studio.Settle();
        viewer.Command("receiveVideo", 0, 1, AmfValue.Of(true));
        viewer.Command("receiveAudio", 0, 1, AmfValue.Of(false));
        studio.Settle();
        publisher.Video(1500, Samples.Inter()); // its key was not sent
        publisher.Gop(2000);
        studio.Settle();

        Assert.Equal(["A1010 AF01", "V2000 170100", "V2040 270100"], viewer.Media.Skip(6).Select(Brief));
        Assert.Equal(3, ((IMediaSession)viewer.Session).Views?.Stats.Filtered);
    }

    [Fact]
    [Requirement("RTMP-3.13")]
    public void What_a_viewer_wants_may_be_said_before_it_plays()
    {
        var studio = Open();
        studio.Publish().Start();
        var viewer = studio.Join();
        viewer.Command("receiveVideo", 0, 1, AmfValue.Of(false));
        viewer.Play("cam");
        studio.Settle();

        Assert.DoesNotContain(viewer.Media, m => m.Type == RtmpMessageType.Video && m.Body[1] == 1);
        Assert.Contains(viewer.Media, m => m.Type == RtmpMessageType.Audio && m.Body[1] == 1);
    }

    [Fact]
    [Requirement("RTMP-5.2", "RTMP-5.4")]
    public void Many_viewers_get_the_same_and_one_that_does_not_read_holds_up_no_one()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        var viewers = Enumerable.Range(0, 20).Select(_ => studio.Play()).ToArray();
        viewers[0].Reads = false;
        for (var i = 1u; i <= 100; i++)
        {
            publisher.Video(i * 100, i % 10 == 0 ? Samples.Key(20_000) : Samples.Inter(20_000));
            studio.Settle();
        }

        Assert.All(viewers[1..], viewer => Assert.Equal(106, viewer.Media.Count()));
        var slow = ((IMediaSession)viewers[0].Session).Views;
        Assert.True(slow?.Stats.Queued > 50);
        viewers[0].Reads = true;
        studio.Settle();
        Assert.Equal(viewers[1].Media.Last().Body, viewers[0].Media.Last().Body);
        Assert.True(slow.Stats.Dropped > 0);
    }

    [Fact]
    public void A_viewer_that_may_not_be_slow_is_told_so_and_ended()
    {
        var studio = Open(() => new Studio(
            new RtmpServerOptions { Viewers = new SubscribeOptions { Policy = SlowPolicy.CloseSlow, LagBytesMax = 200_000 } }));
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        var viewer = studio.Play();
        viewer.Reads = false;
        for (var i = 1u; i <= 40; i++)
        {
            publisher.Video(i * 40, Samples.Inter(20_000));
            studio.Settle();
        }

        viewer.Reads = true;
        studio.Settle();
        Assert.Equal("NetStream.Play.Failed", viewer.Codes[^1]);
        Assert.True(viewer.Finished);
        Assert.Equal(["LagBytesExceeded"], studio.Closed);
    }

    [Fact]
    public void A_stream_that_is_published_again_goes_on_in_time_with_its_new_configuration()
    {
        var studio = Open();
        var first = studio.Publish();
        first.Start(5_000_000);
        var viewer = studio.Play();
        first.Finish();
        studio.Run(2);
        var second = studio.Publish();
        second.Video(0, [.. Samples.AvcConfig, 0]);
        second.Gop(0);
        studio.Settle();

        Assert.Equal(
            ["NetStream.Play.Start", "NetStream.Play.UnpublishNotify", "NetStream.Play.Reset", "NetStream.Play.Start"],
            viewer.Codes.Skip(2));
        var times = viewer.Media.Select(m => m.Time).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[^1], 5_002_000u, 5_003_000u);
        Assert.Equal((byte[])[.. Samples.AvcConfig, 0], viewer.Media.ElementAt(6).Body);
    }

    private static string Brief(Heard message) =>
        message.Type == RtmpMessageType.Audio && message.Body[1] == 1 ? $"A{message.Time} AF01" : message.ToString();
}
