using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>The header of an FLV viewer promises what really comes, and a track that comes later begins a new stream.</summary>
public sealed class FlvTracksTests : StudioTests
{
    private const int VideoOnly = 1;
    private const int AudioOnly = 4;
    private const int Both = 5;

    [Theory]
    [InlineData(true, VideoOnly)]
    [InlineData(false, AudioOnly)]
    [Requirement("RTMP-5.1")]
    public void A_viewer_that_came_first_is_told_after_a_second_that_there_is_one_track(bool video, int flags)
    {
        var studio = Open();
        var viewer = studio.Watch();
        var publisher = studio.Publish();
        Play(studio, publisher, video, !video, seconds: 0.8);
        Assert.Empty(viewer.Packets);
        Play(studio, publisher, video, !video, seconds: 0.5, from: 800);

        var (seen, tags) = FlvViewerTests.Read(viewer);
        Assert.Equal(flags, seen);
        Assert.Equal(video ? "Video 0" : "Audio 0", tags[0]); // nothing of the time that it waited is lost
        Assert.False(viewer.Finished);
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void The_second_track_ends_the_wait()
    {
        var studio = Open();
        var viewer = studio.Watch();
        var publisher = studio.Publish();
        Play(studio, publisher, video: true, audio: false, seconds: 0.3);
        Assert.Empty(viewer.Packets);
        Play(studio, publisher, video: true, audio: true, seconds: 0.1, from: 300);

        Assert.Equal(Both, FlvViewerTests.Read(viewer).Flags);
    }

    public static TheoryData<string, AmfValue, bool> Promises => new()
    {
        { "a number", AmfValue.Of(10), true },
        { "a text", AmfValue.Of("mp4a"), true },
        { "zero", AmfValue.Of(0), false },
        { "null", AmfValue.Null, false },
        { "undefined", AmfValue.Undefined, false },
        { "no text", AmfValue.Of(""), false },
    };

    [Theory]
    [MemberData(nameof(Promises))]
    public void What_metadata_promises_is_waited_for_three_times_as_long(string what, AmfValue codec, bool promises)
    {
        var studio = Open();
        var viewer = studio.Watch();
        var publisher = studio.Publish();
        publisher.Data(0, RawClient.Amf(
            AmfValue.Of("@setDataFrame"), AmfValue.Of("onMetaData"), AmfValue.EcmaArray(new AmfMember("audiocodecid", codec))));
        Play(studio, publisher, video: true, audio: false, seconds: 1.5);
        Assert.True(promises == viewer.Packets.Length is 0, what);
        Play(studio, publisher, video: true, audio: false, seconds: 2, from: 1500);

        Assert.Equal(VideoOnly, FlvViewerTests.Read(viewer).Flags);
    }

    [Fact]
    public void A_configuration_without_media_is_no_track_and_is_kept_from_the_viewer()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Audio(0, Samples.AacConfig);
        Play(studio, publisher, video: true, audio: false, seconds: 1.5);
        var viewer = studio.Watch();
        studio.Settle();
        publisher.Audio(1500, [0xAF, 0, 0x11, 0x90]);
        Play(studio, publisher, video: true, audio: false, seconds: 0.2, from: 1500);

        var (flags, tags) = FlvViewerTests.Read(viewer);
        Assert.Equal(VideoOnly, flags);
        Assert.DoesNotContain(tags, static tag => tag.StartsWith("Audio", StringComparison.Ordinal));
        Assert.False(viewer.Finished);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_track_that_appears_later_ends_the_viewer_with_a_word_about_it_and_the_next_gets_both(bool videoFirst)
    {
        var studio = Open();
        var viewer = studio.Watch();
        var publisher = studio.Publish();
        Play(studio, publisher, videoFirst, !videoFirst, seconds: 1.5);
        Play(studio, publisher, video: true, audio: true, seconds: 0.2, from: 1500);

        Assert.True(viewer.Finished);
        Assert.Equal(["FormatChanged"], studio.Closed);
        Assert.Equal("Script 0", FlvViewerTests.Read(viewer).Tags[^1]);
        Assert.Contains("NetStream.Play.FormatChanged", Encoding.ASCII.GetString(viewer.Packets), StringComparison.Ordinal);

        var next = studio.Watch();
        Play(studio, publisher, video: true, audio: true, seconds: 0.2, from: 1700);
        Assert.Equal(Both, FlvViewerTests.Read(next).Flags);
        Assert.False(next.Finished);
    }

    [Fact]
    public void A_sound_that_stopped_is_not_promised_to_who_joins_then()
    {
        var studio = Open();
        var publisher = studio.Publish();
        Play(studio, publisher, video: true, audio: true, seconds: 1);
        Play(studio, publisher, video: true, audio: false, seconds: 2.5, from: 1000);
        var viewer = studio.Watch();
        studio.Settle();

        var (flags, tags) = FlvViewerTests.Read(viewer); // at once: nobody waits for what has stopped
        Assert.Equal(VideoOnly, flags);
        Assert.DoesNotContain(tags, static tag => tag.StartsWith("Audio", StringComparison.Ordinal));

        Play(studio, publisher, video: true, audio: true, seconds: 0.2, from: 3500);
        Assert.True(viewer.Finished);
    }

    [Fact]
    public void A_picture_every_six_seconds_is_a_track()
    {
        const int Minutes = 1;
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Video(0, Samples.AvcConfig);
        for (var second = 0; second < Minutes * 60; second += 6)
        {
            publisher.Video((uint)second * 1000, Samples.Key());
            Play(studio, publisher, video: false, audio: true, seconds: 6, from: second * 1000);
        }

        var viewer = studio.Watch();
        studio.Settle();
        Assert.Equal(Both, FlvViewerTests.Read(viewer).Flags);
    }

    [Fact]
    public void A_publication_shorter_than_the_wait_reaches_its_viewer()
    {
        var studio = Open();
        var viewer = studio.Watch();
        var publisher = studio.Publish();
        Play(studio, publisher, video: true, audio: false, seconds: 0.4);
        publisher.Die();
        studio.Settle();

        var (flags, tags) = FlvViewerTests.Read(viewer);
        Assert.Equal((VideoOnly, 11), (flags, tags.Length));
        Assert.True(viewer.Finished);
    }

    [Fact]
    public void A_publisher_that_sends_no_media_is_not_live_to_a_viewer()
    {
        var studio = Open();
        var viewer = studio.Watch();
        studio.Publish().Data(0, Samples.Metadata);
        studio.Run(12);

        Assert.Empty(viewer.Packets);
        Assert.True(viewer.Finished);
    }

    [Fact]
    public void Viewers_over_RTMP_do_not_wait_for_tracks()
    {
        var studio = Open();
        var viewer = studio.Play();
        var publisher = studio.Publish();
        Play(studio, publisher, video: true, audio: false, seconds: 0.1);
        Assert.NotEmpty(viewer.Media);
        Play(studio, publisher, video: true, audio: true, seconds: 0.1, from: 100);
        Assert.Contains(viewer.Media, static heard => heard.Type == RtmpMessageType.Audio);
        Assert.False(viewer.Finished);
    }

    // A picture and a sound every 40 ms, a key each second, in real time.
    private static void Play(Studio studio, RawClient publisher, bool video, bool audio, double seconds, int from = 0)
    {
        const int Step = 40;
        if (video && from == 0)
        {
            publisher.Video(0, Samples.AvcConfig);
        }

        for (var at = from; at < from + (seconds * 1000); at += Step)
        {
            if (video)
            {
                publisher.Video((uint)at, at % 1000 == 0 ? Samples.Key() : Samples.Inter());
            }

            if (audio)
            {
                publisher.Audio((uint)at, Samples.Aac());
            }

            studio.Run(Step / 1000.0);
        }
    }
}
