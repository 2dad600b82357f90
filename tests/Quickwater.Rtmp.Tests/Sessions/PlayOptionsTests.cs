using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>The arguments of play, and play2.</summary>
public sealed class PlayOptionsTests : StudioTests
{
    [Theory]
    [Requirement("RTMP-3.4")]
    [InlineData(-2000, "Started playing live/cam.")]
    [InlineData(-1000, "Started playing live/cam.")]
    [InlineData(0, "Started playing live/cam.")]
    [InlineData(5000, "no earlier place")]
    public void A_start_is_the_live_edge_and_the_answer_says_so(int start, string description)
    {
        var studio = Open();
        studio.Publish().Start();
        var viewer = studio.Join();
        viewer.Command("play", 0, 1, AmfValue.Of("cam"), AmfValue.Of(start), AmfValue.Of(-1000));
        studio.Settle();

        Assert.Contains(description, viewer.Status("NetStream.Play.Start").Description);
        Assert.Equal(6, viewer.Media.Count());
    }

    [Fact]
    [Requirement("RTMP-3.4")]
    public void Who_asks_for_so_long_gets_so_long_from_when_it_starts()
    {
        var studio = Open();
        var viewer = studio.Join();
        viewer.Command("play", 0, 1, AmfValue.Of("cam"), AmfValue.Of(-1000), AmfValue.Of(3000));
        studio.Run(10);
        var publisher = studio.Publish();
        publisher.Start();
        for (var i = 1u; i <= 6; i++)
        {
            studio.Run(1);
            publisher.Gop(i * 1000);
        }

        studio.Settle();
        Assert.Equal("NetStream.Play.Stop", viewer.Codes[^1]);
        Assert.InRange(viewer.Media.Last().Time, 2000u, 3100u);
        Assert.Equal("Connected", viewer.State);
        Assert.Empty(studio.Topic().Viewers);
        Assert.False(viewer.Finished);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Reset_is_said_to_who_asked_for_it(bool reset, int said)
    {
        var studio = Open();
        studio.Publish().Start();
        var viewer = studio.Join();
        viewer.Command("play", 0, 1, AmfValue.Of("cam"), AmfValue.Of(-2000), AmfValue.Of(-1000), AmfValue.Of(reset));
        studio.Settle();

        Assert.Equal(said, viewer.Codes.Count(code => code == "NetStream.Play.Reset"));
        Assert.Contains("NetStream.Play.Start", viewer.Codes);
    }

    [Theory]
    [Requirement("RTMP-3.13/play2")]
    [InlineData("switch")]
    [InlineData("swap")]
    [InlineData("")]
    public void Play2_goes_over_to_another_stream(string transition)
    {
        var studio = Open();
        studio.Publish("low").Start();
        studio.Publish("high").Start(5000);
        var viewer = studio.Play("low");
        var before = viewer.Media.Count();
        viewer.Command("play2", 0, 1, Options("high", transition));
        studio.Settle();

        Assert.Equal(["NetStream.Play.Transition", "NetStream.Play.Reset", "NetStream.Play.Start"], viewer.Codes.TakeLast(3));
        Assert.Equal("V5000 170100", viewer.Media.Skip(before).First(m => m.Type == RtmpMessageType.Video && m.Body[1] == 1).ToString());
        Assert.Empty(studio.Topic("live/low").Viewers);
        Assert.Single(studio.Topic("live/high").Viewers);
    }

    [Fact]
    [Requirement("RTMP-3.13")]
    public void Play2_to_a_stream_that_is_not_there_leaves_the_one_that_plays()
    {
        var studio = Open();
        var publisher = studio.Publish("low");
        publisher.Start();
        var viewer = studio.Play("low");
        viewer.Command("play2", 0, 1, Options("high", "switch"));
        studio.Settle();
        var refusal = viewer.Status("NetStream.Play.StreamNotFound");
        Assert.Equal("error", refusal.Level);
        Assert.Contains("live/high", refusal.Description);

        publisher.Gop(1000);
        studio.Settle();
        Assert.Equal(9, viewer.Media.Count());
        Assert.Equal("live/low", Assert.Single(studio.Hub.Topics).Name);
    }

    [Fact]
    public void Play2_from_a_stream_that_is_over_tells_of_its_end_before_it_is_forgotten()
    {
        var studio = Open();
        var publisher = studio.Publish("low");
        publisher.SetChunkSize(65_536);
        publisher.Start();
        var viewer = studio.Play("low");
        viewer.Reads = false;
        for (var i = 1u; i <= 40; i++)
        {
            publisher.Video(i * 40, Samples.Inter(30_000));
        }

        publisher.Command("closeStream", 0, 1);
        studio.Settle();
        viewer.Command("play2", 0, 1, Options("high", "switch"));
        studio.Settle();
        Assert.DoesNotContain("NetStream.Play.UnpublishNotify", viewer.Codes);
        viewer.Reads = true;
        studio.Settle();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        studio.Settle();

        Assert.Equal(["NetStream.Play.UnpublishNotify", "NetConnection.Connect.Closed"], viewer.Codes.TakeLast(2));
    }

    [Theory]
    [Requirement("RTMP-3.13")]
    [InlineData("append")]
    [InlineData("appendAndWait")]
    [InlineData("stop")]
    public void Play2_for_a_playlist_fails_truthfully(string transition)
    {
        var studio = Open();
        studio.Publish("low").Start();
        var viewer = studio.Play("low");
        viewer.Command("play2", 0, 1, Options("high", transition));
        studio.Settle();

        Assert.Equal("error", viewer.Status("NetStream.Play.Failed").Level);
        Assert.Single(studio.Topic("live/low").Viewers);
    }

    [Fact]
    [Requirement("RTMP-3.13")]
    public void Play2_on_a_stream_that_plays_nothing_is_a_play()
    {
        var studio = Open();
        studio.Publish().Start();
        var viewer = studio.Join();
        viewer.Command("play2", 0, 1, Options("cam", "switch"));
        viewer.Command("play2", 0, 1); // nothing at all
        studio.Settle();

        Assert.Contains("NetStream.Play.Start", viewer.Codes);
        Assert.Equal("NetStream.Play.StreamNotFound", viewer.Codes[^1]);
    }

    private static AmfValue Options(string name, string transition) => AmfValue.Object(
        new AmfMember("streamName", AmfValue.Of(name)), new AmfMember("oldStreamName", AmfValue.Of("low")),
        new AmfMember("start", AmfValue.Of(-2000)), new AmfMember("len", AmfValue.Of(-1)),
        new AmfMember("transition", AmfValue.Of(transition)));
}
