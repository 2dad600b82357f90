using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

[Requirement("RTMP-3.13")]
public sealed class PauseTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-3.13/pause")]
    public void A_paused_viewer_gets_nothing_and_goes_on_at_the_latest_key()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        Pause(viewer, true);
        studio.Settle();
        Assert.Equal(("NetStream.Pause.Notify", "status", 1u), (viewer.Codes[^1], viewer.Messages[^1].Level, viewer.Messages[^1].Stream));
        var before = viewer.Media.Count();
        byte[] newConfig = [.. Samples.AvcConfig, 0];
        for (var i = 1u; i <= 30; i++)
        {
            publisher.Video(i * 1000, newConfig);
            publisher.Gop(i * 1000);
            studio.Run(1);
        }

        Assert.Equal(before, viewer.Media.Count());
        var stats = ((IMediaSession)viewer.Session).Views?.Stats ?? default;
        Assert.Equal((120, 0, 0), (stats.Filtered, stats.Dropped, stats.Queued));

        Pause(viewer, false);
        studio.Settle();
        Assert.Equal("NetStream.Unpause.Notify", viewer.Codes[^1]);
        Assert.Equal(
            ["D30000 onMetaData", "V30000 170000", "A30000 AF0012", "V30000 170100", "A30010 AF01", "V30040 270100"], viewer.Media.Skip(before).Select(Brief));
        Assert.Equal(newConfig, viewer.Media.ElementAt(before + 1).Body);
        Assert.Equal(117, ((IMediaSession)viewer.Session).Views?.Stats.Filtered);
    }

    [Fact]
    public void After_a_pause_within_one_group_no_picture_comes_twice_or_without_its_key()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        Pause(viewer, true);
        studio.Settle();
        publisher.Video(80, Samples.Inter());
        publisher.Audio(90, Samples.Aac());
        studio.Settle();
        Pause(viewer, false);
        studio.Settle();
        publisher.Video(120, Samples.Inter());
        publisher.Audio(130, Samples.Aac());
        publisher.Gop(1000);
        studio.Settle();

        Assert.Equal(["A130 AF01", "V1000 170100", "A1010 AF01", "V1040 270100"], viewer.Media.Skip(6).Select(Brief));
    }

    [Fact]
    public void A_paused_viewer_hears_of_the_end_and_of_the_new_beginning_and_gets_a_whole_new_start()
    {
        var studio = Open();
        var first = studio.Publish();
        first.Start();
        var viewer = studio.Play();
        Pause(viewer, true);
        studio.Settle();
        first.Finish();
        studio.Settle();
        Assert.Equal("NetStream.Play.UnpublishNotify", viewer.Codes[^1]);

        var second = studio.Publish();
        second.Start();
        studio.Settle();
        Assert.Equal("NetStream.Play.Start", viewer.Codes[^1]);
        Assert.Equal(6, viewer.Media.Count());
        Pause(viewer, false);
        studio.Settle();
        Assert.Equal(12, viewer.Media.Count());
        var times = viewer.Media.Select(m => m.Time).ToArray();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public void A_pause_inside_a_frame_ends_behind_the_frame()
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
        Pause(viewer, true);
        studio.Settle();
        viewer.Reads = true;
        studio.Settle();
        Assert.Equal(Samples.Key(1_000_000), viewer.Media.Last().Body);
        Assert.Equal("NetStream.Pause.Notify", viewer.Codes[^1]);

        publisher.Video(40, Samples.Inter());
        studio.Settle();
        Assert.Equal(2, viewer.Media.Count());
    }

    [Fact]
    public void What_is_not_wanted_stays_unwanted_over_a_pause()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        Pause(viewer, true);
        viewer.Command("receiveVideo", 0, 1, AmfValue.Of(false));
        studio.Settle();
        publisher.Gop(1000);
        studio.Settle();
        Pause(viewer, false);
        studio.Settle();

        Assert.Equal(["A1010 AF01"], viewer.Media.Skip(6).Select(Brief));
    }

    [Fact]
    public void Pausing_what_does_not_play_and_going_on_without_a_pause_change_nothing()
    {
        var studio = Open();
        var publisher = studio.Publish();
        Pause(publisher, true);
        publisher.Start();
        var viewer = studio.Play();
        Pause(viewer, false);
        publisher.Video(80, Samples.Inter());
        studio.Settle();

        Assert.DoesNotContain("NetStream.Pause.Notify", publisher.Codes);
        Assert.Equal(7, viewer.Media.Count());
    }

    private static void Pause(RawClient client, bool pause) => client.Command("pause", 0, 1, AmfValue.Of(pause), AmfValue.Of(0));

    private static string Brief(Heard message) =>
        message.Type == RtmpMessageType.Audio && message.Body[1] == 1 ? $"A{message.Time} AF01" : message.ToString();
}
