using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class PublishTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-3.3", "RTMP-4.1", "RTMP-4.2", "RTMP-4.3", "RTMP-4.11", "RTMP-4.12")]
    public void A_publisher_is_let_in_and_its_media_kept_under_its_name()
    {
        var studio = Open();
        var publisher = studio.Publish("cam?key=k");
        publisher.Start();
        studio.Settle();

        Assert.Equal("status", publisher.Status("NetStream.Publish.Start").Level);
        Assert.Equal(1u, publisher.Status("NetStream.Publish.Start").Stream);
        Assert.Contains("event 0 of 1", publisher.Messages.Select(m => m.ToString()));
        var topic = studio.Topic();
        Assert.Equal(Samples.AvcConfig, topic.FindConfig(FrameKind.Video).ToArray());
        Assert.Equal(Samples.AacConfig, topic.FindConfig(FrameKind.Audio).ToArray());
        Assert.Equal(Samples.Metadata[16..], topic.FindConfig(FrameKind.Data).ToArray());
        var stats = topic.Stats;
        Assert.Equal((2, 3, 1, 1), (stats.AudioFrames, stats.VideoFrames, stats.KeyFrames, stats.DataFrames));
        Assert.Equal("live/cam", ((IMediaSession)publisher.Session).Publishes?.Name);
    }

    [Fact]
    [Requirement("RTMP-3.7")]
    public void A_second_publisher_is_told_that_the_name_is_taken_and_never_that_it_started()
    {
        var studio = Open();
        var first = studio.Publish();
        var second = studio.Join();
        second.Publish("cam");
        second.Start();
        studio.Settle();

        Assert.Equal(["NetConnection.Connect.Success", "NetStream.Publish.BadName"], second.Codes);
        var refusal = second.Status("NetStream.Publish.BadName");
        Assert.Equal("error", refusal.Level);
        Assert.Contains("live/cam", refusal.Description);
        Assert.False(second.Finished);
        Assert.Equal(0, studio.Topic().Stats.VideoFrames);

        first.Finish();
        studio.Settle();
        second.Publish("cam");
        studio.Settle();
        Assert.Contains("NetStream.Publish.Start", second.Codes);
    }

    [Theory]
    [Requirement("RTMP-3.5", "RTMP-3.6", "RTMP-4.13")]
    [InlineData("closeStream")]
    [InlineData("deleteStream")]
    public void Closing_a_stream_ends_what_it_publishes_and_keeps_the_connection(string command)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        publisher.Command(command, 0, 1, AmfValue.Of(1));
        studio.Settle();

        Assert.Equal(["+live/cam", "-live/cam Completed"], studio.Log);
        Assert.Empty(studio.Hub.Topics);
        Assert.Equal((0, 0), (studio.Server.Engine.Leaks.Frames.Count, studio.Server.Engine.Leaks.Segments.Count));
        Assert.False(publisher.Finished);

        publisher.Publish("again");
        studio.Settle();
        Assert.Empty(studio.Closed);
        Assert.Equal("+live/again", studio.Log[^1]);
        Assert.Equal(1u, publisher.Status("NetStream.Publish.Start").Stream); // also on a stream that was deleted
    }

    [Fact]
    [Requirement("RTMP-4.5/told", "RTMP-5.6")]
    public void Viewers_hear_at_once_that_the_publisher_has_died()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        publisher.Die();
        var died = studio.World.Time.Elapsed;
        studio.Settle();

        Assert.Equal("event 1 of 1", viewer.Messages[^2].ToString());
        Assert.Equal("onStatus NetStream.Play.UnpublishNotify", viewer.Messages[^1].ToString());
        Assert.InRange(viewer.Messages[^1].At - died, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        Assert.Equal("-live/cam ConnectionReset", studio.Log[^1]);
        Assert.False(viewer.Finished);
    }

    [Fact]
    [Requirement("RTMP-4.5")]
    public void A_publisher_that_is_silent_for_longer_than_the_setting_counts_as_gone()
    {
        var studio = Open(Impatient);
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        publisher.Vanish();
        var vanished = studio.World.Time.Elapsed;
        studio.Run(10);

        var told = viewer.Status("NetStream.Play.UnpublishNotify").At - vanished;
        Assert.InRange(told, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5.1));
        Assert.Equal("-live/cam IdleTimeout", studio.Log[^1]);
    }

    [Fact]
    [Requirement("RTMP-4.5")]
    public void Media_after_a_silence_takes_the_stream_up_again_with_its_configurations()
    {
        var studio = Open(Impatient);
        var publisher = studio.Publish();
        publisher.Start();
        var stayed = studio.Play();
        studio.Run(8);
        publisher.Audio(7900, Samples.Aac());
        publisher.Video(7960, Samples.Inter()); // nobody can decode it
        publisher.Gop(8000); // no configurations: the encoder does not know that it was given up
        studio.Settle();
        var late = studio.Play();

        Assert.Equal(["+live/cam", "-live/cam IdleTimeout", "+live/cam"], studio.Log);
        Assert.Equal(["data", "17-00", "AF-00", "17-01", "AF-01", "27-01"], late.Media.Select(Shape));
        Assert.Equal(["AF-01", "17-01", "AF-01", "27-01"], stayed.Media.Select(Shape).TakeLast(4));
        var times = stayed.Media.Select(m => m.Time).ToArray();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public void A_publisher_whose_name_was_taken_while_it_was_silent_is_told_so()
    {
        var studio = Open(Impatient);
        var first = studio.Publish();
        first.Start();
        studio.Run(8);
        var second = studio.Publish();
        first.Gop(8000);
        first.Gop(9000);
        studio.Settle();

        Assert.Single(first.Codes, "NetStream.Publish.BadName");
        Assert.Equal(0, studio.Topic().Stats.VideoFrames);
        Assert.False(second.Finished);
    }

    [Fact]
    [Requirement("RTMP-4.5")]
    public void A_camera_that_sends_a_picture_every_six_seconds_keeps_its_viewers()
    {
        const uint Every = 6_000;
        const int Pictures = 20;
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        for (uint i = 1; i <= Pictures; i++)
        {
            studio.Run(Every / 1000.0);
            publisher.Video(i * Every, Samples.Key());
        }

        studio.Settle();
        Assert.Equal(["+live/cam"], studio.Log);
        Assert.DoesNotContain("NetStream.Play.UnpublishNotify", viewer.Codes);
        Assert.Equal(Pictures * Every, viewer.Media.Last().Time);
    }

    // Message streams that were made up by the client: it publishes on one, and its media comes on another.
    [Theory]
    [InlineData(0, 1u, 0u)]
    [InlineData(1, 1u, 0u)]
    [InlineData(1, 1u, 5u)]
    [InlineData(1, 0u, 1u)]
    [InlineData(2, 2u, 1u)]
    [InlineData(0, 0u, 0u)]
    [InlineData(0, 7u, 7u)]
    public void Media_on_another_message_stream_goes_to_the_only_publication(int created, uint published, uint media)
    {
        var studio = Open();
        var client = studio.Join(streams: created);
        client.Publish("cam", published);
        client.Video(0, Samples.AvcConfig, media);
        client.Video(0, Samples.Key(), media);
        client.Audio(10, Samples.Aac(), media);
        studio.Settle();

        Assert.Equal(published, client.Status("NetStream.Publish.Start").Stream);
        Assert.Equal((2, 1), (studio.Topic().Stats.VideoFrames, studio.Topic().Stats.AudioFrames));
        Assert.Empty(studio.Closed);
    }

    [Fact]
    public void Media_of_a_stream_that_was_closed_or_deleted_does_not_go_into_another()
    {
        var studio = Open();
        var client = studio.Join(streams: 3);
        client.Publish("a", 1);
        client.Publish("b", 2);
        client.Publish("c", 3);
        client.Command("closeStream", 0, 1);
        client.Command("deleteStream", 0, 0, AmfValue.Of(2));
        client.Video(0, Samples.Key(), 1);
        client.Video(0, Samples.Key(), 2);
        studio.Settle();
        Assert.Equal(0, studio.Topic("live/c").Stats.VideoFrames);
        client.Video(0, Samples.Key(), 3);
        studio.Settle();
        Assert.Equal(1, studio.Topic("live/c").Stats.VideoFrames);
    }

    [Fact]
    public void Media_of_a_publish_that_was_refused_does_not_go_into_another()
    {
        var studio = Open();
        studio.Publish("taken").Start();
        var client = studio.Join(streams: 2);
        client.Publish("mine", 1);
        client.Publish("taken", 2);
        client.Video(0, Samples.Key(), 2); // real encoders do not wait for the answer
        studio.Settle();
        Assert.Equal(0, studio.Topic("live/mine").Stats.VideoFrames);
    }

    [Fact]
    public void With_two_publications_media_on_no_stream_of_theirs_goes_nowhere()
    {
        var studio = Open();
        var client = studio.Join(streams: 2);
        client.Publish("a", 1);
        client.Publish("b", 2);
        client.Video(0, Samples.Key(), 0);
        client.Video(0, Samples.Key(), 9);
        studio.Settle();
        Assert.Equal((0, 0), (studio.Topic("live/a").Stats.VideoFrames, studio.Topic("live/b").Stats.VideoFrames));
    }

    [Fact]
    public void A_publisher_that_is_silent_for_good_ends_after_the_idle_time()
    {
        var studio = Open();
        studio.Publish().Start();
        studio.Run(59);
        Assert.Empty(studio.Closed);
        studio.Run(10);

        Assert.Equal(["IdleTimeout"], studio.Closed);
    }

    [Fact]
    public void An_empty_message_is_no_media()
    {
        var studio = Open(Impatient);
        var publisher = studio.Publish();
        publisher.Start();
        publisher.Video(50, []);
        publisher.Audio(50, []);
        publisher.Data(50, []);
        studio.Settle();
        var stats = studio.Topic().Stats;
        Assert.Equal((2, 3, 1), (stats.AudioFrames, stats.VideoFrames, stats.DataFrames));

        studio.Run(8);
        publisher.Video(8000, []);
        studio.Settle();
        Assert.Equal("-live/cam IdleTimeout", studio.Log[^1]);
    }

    [Fact]
    [Requirement("RTMP-2.4/aggregate")]
    public void An_aggregate_is_its_parts()
    {
        var studio = Open();
        var publisher = studio.Publish();
        var viewer = studio.Play();
        publisher.Message(RtmpMessageType.Aggregate, 1000, 1, [
            .. Part(RtmpMessageType.Video, 50, Samples.AvcConfig), .. Part(RtmpMessageType.Video, 50, Samples.Key()),
            .. Part(RtmpMessageType.Audio, 60, []), .. Part(RtmpMessageType.Audio, 73, Samples.Aac())]);
        studio.Settle();

        Assert.Equal(["V1000 170000", "V1000 170100", "A1023 AF01" + Convert.ToHexString(Samples.Aac()[2..3])], viewer.Media.Select(m => m.ToString()));
        Assert.Equal(Samples.Key(), viewer.Media.ElementAt(1).Body);

        publisher.Message(RtmpMessageType.Aggregate, 2000, 1, Part(RtmpMessageType.Audio, 0, Samples.Aac())[..^20]);
        studio.Settle();
        Assert.Equal(["MalformedMessage"], studio.Closed);
    }

    [Fact]
    public void A_configuration_that_cannot_be_parsed_is_relayed_all_the_same()
    {
        var studio = Open();
        var publisher = studio.Publish();
        var viewer = studio.Play();
        byte[][] bodies = [[0x17, 0, 0, 0, 0], [0x17, 1], [0xFF], [0x90, 0x6A, 0x75, 0x6E, 0x6B], [0x02, 0xFF, 0xFF]];
        publisher.Video(0, bodies[0]);
        publisher.Video(0, Samples.Key());
        publisher.Video(1, bodies[1]);
        publisher.Audio(1, bodies[2]);
        publisher.Video(2, bodies[3]);
        publisher.Data(3, bodies[4]);
        studio.Settle();

        Assert.Equal(
            [.. bodies[..1], Samples.Key(), .. bodies[1..]], viewer.Media.Select(m => m.Body).ToArray());
        Assert.Empty(studio.Closed);
    }

    [Theory]
    [Requirement("RTMP-4.10/keyframes", "RTMP-5.1")]
    [InlineData(5, true)]
    [InlineData(1, false)]
    public void A_picture_is_a_key_by_its_nal_units_whatever_its_tag_says(byte nalType, bool isKey)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Video(0, Samples.AvcConfig);
        publisher.Video(0, [0x27, 1, 0, 0, 0, 0, 0, 0, 2, nalType, 0]);
        studio.Settle();

        Assert.Equal(isKey ? 1 : 0, studio.Topic().Stats.KeyFrames);
    }

    private static string Shape(Heard message) =>
        message.Type == RtmpMessageType.DataAmf0 ? "data" : BitConverter.ToString(message.Body, 0, 2);

    private static byte[] Part(RtmpMessageType type, byte time, byte[] body) =>
    [
        (byte)type, 0, (byte)(body.Length >> 8), (byte)body.Length, 0, 0, time, 0, 0, 0, 0,
        .. body, 0, 0, (byte)((body.Length + 11) >> 8), (byte)(body.Length + 11),
    ];

    private static Studio Impatient() => new(new RtmpServerOptions { PublisherSilenceMax = TimeSpan.FromSeconds(5) });
}
