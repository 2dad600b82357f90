using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>One connection, several message streams, each with a life of its own.</summary>
public sealed class SeveralStreamsTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-3.2", "RTMP-3.3", "RTMP-3.4", "RTMP-4.8")]
    public void Publishes_and_plays_are_mixed_on_one_connection_each_on_its_own_id()
    {
        var studio = Open();
        var all = studio.Join(streams: 4);
        all.Publish("a", 1);
        all.Publish("b", 2);
        all.Play("b", 3);
        all.Play("a", 4);
        studio.Settle();
        all.Video(0, Samples.AvcConfig, 1);
        all.Video(0, Samples.Key(700), 1);
        all.Audio(0, Samples.AacConfig, 2);
        all.Audio(10, Samples.Aac(), 2);
        studio.Settle();

        Assert.Equal(["+live/a", "+live/b"], studio.Log);
        Assert.Equal([Samples.AacConfig, Samples.Aac()], Media(all, 3));
        Assert.Equal([Samples.AvcConfig, Samples.Key(700)], Media(all, 4));
        var places = ((IMediaSession)all.Session).Places;
        Assert.Equal(["live/a", "live/b", null, null], places.Select(place => place.Publishes?.Name));
        Assert.Equal([null, null, "live/b", "live/a"], places.Select(place => place.Views?.Topic.Name));
    }

    [Fact]
    [Requirement("RTMP-3.5", "RTMP-3.6", "RTMP-4.13")]
    public void Each_stream_ends_by_itself_and_what_it_held_is_free_again()
    {
        var studio = Open();
        var all = studio.Join(streams: 4);
        all.Publish("a", 1);
        all.Publish("b", 2);
        all.Play("a", 3);
        all.Play("b", 4);
        studio.Settle();
        foreach (var stream in (uint[])[1, 2])
        {
            all.Video(0, Samples.AvcConfig, stream);
            all.Video(0, Samples.Key(), stream);
        }

        studio.Settle();
        all.Command("deleteStream", 0, 0, AmfValue.Of(1));
        all.Command("closeStream", 0, 4);
        studio.Settle();
        var heard = Media(all, 4).Length;
        all.Video(40, Samples.Inter(), 1); // nobody publishes here any more
        all.Video(40, Samples.Inter(), 2);
        studio.Settle();

        Assert.Equal(["+live/a", "+live/b", "-live/a Completed"], studio.Log);
        Assert.Equal((3u, "NetStream.Play.UnpublishNotify"), (all.Messages[^1].Stream, all.Messages[^1].Code));
        Assert.Equal(heard, Media(all, 4).Length);
        Assert.Equal("Publishing", all.State);
        Assert.Empty(studio.Topic("live/b").Viewers);

        all.Command("deleteStream", 0, 0, AmfValue.Of(3));
        all.Command("deleteStream", 0, 0, AmfValue.Of(2));
        all.Command("deleteStream", 0, 0, AmfValue.Of(2)); // gone already
        studio.Settle();
        Assert.Equal("Connected", all.State);
        Assert.Empty(studio.Hub.Topics);
        var alive = studio.Server.Engine.Leaks.Read();
        Assert.Equal((0, 0), (alive.Frames, alive.Segments));
        Assert.False(all.Finished);
    }

    [Fact]
    [Requirement("RTMP-3.5")]
    public void A_deleted_player_hears_nothing_more_and_others_go_on()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        var other = studio.Play();
        viewer.Command("deleteStream", 0, 0, AmfValue.Of(1));
        studio.Settle();
        var heard = viewer.Messages.Count;
        publisher.Gop(1000);
        studio.Settle();

        Assert.Equal(heard, viewer.Messages.Count);
        Assert.Equal(9, other.Media.Count());
        Assert.Single(studio.Topic().Viewers);
    }

    [Fact]
    [Requirement("RTMP-3.7")]
    public void A_connection_cannot_publish_the_same_name_twice()
    {
        var studio = Open();
        var client = studio.Join(streams: 2);
        client.Publish("cam", 1);
        client.Publish("cam", 2);
        studio.Settle();

        Assert.Equal(["NetStream.Publish.Start", "NetStream.Publish.BadName"], client.Codes.Skip(1));
        Assert.Equal(2u, client.Status("NetStream.Publish.BadName").Stream);
        Assert.Single(studio.Log);
    }

    [Fact]
    public void A_connection_that_plays_what_it_publishes_rests_while_it_waits_for_access()
    {
        var studio = Open();
        studio.Access = request => request.Stream == "late" ? AccessDecision.Later : AccessDecision.Allow;
        var client = studio.Join(streams: 3);
        client.Publish("cam", 1);
        client.Play("cam", 2);
        client.Video(0, Samples.AvcConfig, 1);
        client.Video(0, Samples.Key(), 1);
        client.Play("late", 3);
        client.Video(40, Samples.Inter(), 1);
        studio.Run(5);
        var turns = client.Served.Connection?.Stats.Turns;
        studio.Run(2);

        Assert.InRange(turns ?? 0, 1, 50);
        Assert.Equal(2, Media(client, 2).Length);
    }

    [Theory]
    [Requirement("RTMP-3.3")]
    [InlineData("live", false)]
    [InlineData("record", true)]
    [InlineData("append", true)]
    [InlineData("anything", false)]
    public void A_publisher_that_wants_to_be_recorded_is_told_that_it_is_not(string type, bool told)
    {
        var studio = Open();
        var client = studio.Join();
        client.Command("publish", 0, 1, AmfValue.Of("cam"), AmfValue.Of(type));
        studio.Settle();

        Assert.Contains("NetStream.Publish.Start", client.Codes);
        Assert.Equal(told, client.Codes[^1] == "NetStream.Record.Failed");
        Assert.Equal(told ? "warning" : "status", client.Messages[^1].Level);
    }

    private static byte[][] Media(RawClient client, uint stream) =>
        [.. client.Media.Where(m => m.Stream == stream).Select(m => m.Body)];
}
