using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>What a viewer gets first.</summary>
public sealed class JoinTests : IDisposable
{
    private readonly Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    [Requirement("RTMP-5.1", "RTMP-5.3", "RTMP-4.11")]
    [Requirement("RTMP-21.8/gop")]
    public void A_joiner_gets_metadata_video_and_audio_configuration_then_everything_from_the_latest_key()
    {
        var audio = _stage.Config(FrameKind.Audio, 0);
        var video = _stage.Config(FrameKind.Video, 0);
        var metadata = _stage.Config(FrameKind.Data, 0);
        _stage.Gop(0, 10);
        var latest = _stage.Gop(400, 5);
        var viewer = _stage.Join().ReadAll();
        Assert.Equal([metadata, video, audio, .. latest], viewer.Ids);
        Assert.All(viewer.Frames.Take(3), frame => Assert.Equal((true, 400L), (frame.IsConfig, frame.Milliseconds)));
        Assert.True(viewer.Place.JoinedLive);
        Assert.Contains("join-at-key", _stage.Bench.Marks);
    }

    [Fact]
    public void A_joiner_before_the_first_frame_gets_the_stream_from_its_first_key()
    {
        var viewer = _stage.Join().ReadAll();
        var config = _stage.Config(FrameKind.Video, 0);
        _stage.Inter(0);
        var key = _stage.Key(40);
        var inter = _stage.Inter(80);
        Assert.Equal([config, key, inter], viewer.ReadAll().Ids);
        Assert.Equal(1, viewer.Place.Drops.Read()[Reason.AwaitingKey]);
    }

    [Fact]
    public void A_configuration_that_changes_inside_a_gop_comes_once_and_in_its_place()
    {
        _stage.Config(FrameKind.Video, 0);
        _stage.Config(FrameKind.Audio, 0);
        _stage.Gop(0, 3);
        var viewer = _stage.Join().ReadAll();
        var before = viewer.Frames.Count;
        var inter = _stage.Inter(120);
        var changed = _stage.Config(FrameKind.Audio, 130);
        var audio = _stage.Audio(140);
        Assert.Equal([inter, changed, audio], viewer.ReadAll().Ids.Skip(before));
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void A_joiner_behind_a_change_of_video_waits_for_a_key_of_the_new_one()
    {
        _stage.Config(FrameKind.Video, 0);
        _stage.Key(0);
        var changed = _stage.Config(FrameKind.Video, 40);
        _stage.Inter(50);
        var viewer = _stage.Join().ReadAll();
        Assert.Empty(viewer.Ids);
        Assert.Equal(changed, BitConverter.ToInt64(_stage.Topic.FindConfig(FrameKind.Video).Span));
        var key = _stage.Key(80);
        Assert.Equal([changed, key], viewer.ReadAll().Ids);
        Assert.Equal([changed, key], _stage.Join().ReadAll().Ids);
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void A_joiner_behind_a_change_of_audio_gets_the_new_one_only()
    {
        var video = _stage.Config(FrameKind.Video, 0);
        var first = _stage.Config(FrameKind.Audio, 0);
        var key = _stage.Key(0);
        _stage.Audio(10);
        var second = _stage.Config(FrameKind.Audio, 20);
        _stage.Audio(30);
        var third = _stage.Config(FrameKind.Audio, 40);
        var audio = _stage.Audio(50);
        var inter = _stage.Inter(60);
        var viewer = _stage.Join().ReadAll();

        Assert.Equal([video, third, key, third, audio, inter], viewer.Ids);
        Assert.DoesNotContain(viewer.Ids, id => id == first || id == second);
        Assert.Equal((Reason.FormatChanged, FrameKind.Audio, 2L), viewer.Place.Drops.ReadByKind().Select(static pair => (pair.Key.Why, pair.Key.Kind, pair.Value)).Single());
        Assert.Equal(viewer.Place.Stats.Offered, viewer.Place.Stats.Delivered + viewer.Place.Stats.Dropped + viewer.Place.Stats.Filtered);
    }

    [Fact]
    [Requirement("RTMP-5.7")]
    public void A_quick_start_does_not_begin_with_a_video_that_is_about_to_change()
    {
        _stage.Config(FrameKind.Video, 0);
        _stage.Key(0);
        var changed = _stage.Config(FrameKind.Video, 40);
        var key = _stage.Key(80);
        Assert.Equal([changed, key], _stage.Join(new SubscribeOptions { StartBehind = TimeSpan.FromSeconds(2) }).ReadAll().Ids);
    }

    [Fact]
    public void A_kind_that_was_not_announced_ends_the_viewer_when_it_comes()
    {
        var video = _stage.Config(FrameKind.Video, 0);
        _stage.Config(FrameKind.Audio, 0);
        var key = _stage.Key(0);
        var viewer = _stage.Join();
        viewer.Place.Announce(video: true, audio: false);
        var inter = _stage.Inter(40);
        Assert.Equal([video, key, inter], viewer.ReadAll().Ids);
        _stage.Config(FrameKind.Audio, 50); // says nothing yet
        Assert.Equal([video, key, inter], viewer.ReadAll().Ids);
        Assert.Equal(Reason.None, viewer.Place.Ended);
        _stage.Audio(60);
        _stage.Inter(80);
        viewer.ReadAll();

        Assert.Equal(Reason.FormatChanged, viewer.Place.Ended);
        Assert.Equal([video, key, inter], viewer.Ids);
    }

    [Theory]
    [InlineData(Replay.LastConfig, true)]
    [InlineData(Replay.None, false)]
    public void A_joiner_without_replay_waits_for_the_next_key(Replay replay, bool configured)
    {
        var config = _stage.Config(FrameKind.Video, 0);
        _stage.Gop(0, 5);
        var viewer = _stage.Join(new SubscribeOptions { Replay = replay }).ReadAll();
        Assert.Empty(viewer.Ids);
        _stage.Inter(200);
        var key = _stage.Key(240);
        Assert.Equal(configured ? [config, key] : [key], viewer.ReadAll().Ids);
    }

    [Fact]
    [Requirement("RTMP-5.7")]
    public void A_low_latency_joiner_behind_a_long_gop_waits_for_the_next_key()
    {
        var options = new SubscribeOptions { LagTimeMax = TimeSpan.FromMilliseconds(500), CatchesUp = false };
        _stage.Gop(0, 25);
        var late = _stage.Join(options).ReadAll();
        Assert.Empty(late.Ids);
        _stage.Inter(1000);
        var key = _stage.Key(1040);
        var inter = _stage.Inter(1080);
        Assert.Equal([key, inter], late.ReadAll().Ids);

        var near = _stage.Join(options).ReadAll();
        Assert.Equal([key, inter], near.Ids);
    }

    [Fact]
    public void A_long_gop_does_not_send_a_joiner_back_to_where_it_came_from()
    {
        var all = _stage.Gop(0, 500);
        var viewer = _stage.Join(new SubscribeOptions { LagTimeMax = TimeSpan.FromSeconds(5) });
        viewer.ReadAll(2000);
        Assert.Equal(all, viewer.Ids);
        Assert.Equal(0, viewer.Place.Drops.Total);
    }

    [Fact]
    [Requirement("RTMP-4.6/bounds")]
    [Requirement("RTMP-21.8/gop")]
    public void A_gop_longer_than_the_replay_may_be_is_not_replayed()
    {
        using var stage = new Stage(new HubLimits { ReplayMin = TimeSpan.FromSeconds(1), ReplayMax = TimeSpan.FromSeconds(4) });
        var first = stage.Gop(0, 100);
        Assert.Equal(first, stage.Join().ReadAll().Ids);
        stage.Gop(4000, 1);
        Assert.NotEmpty(stage.Join().ReadAll().Ids);
        for (var at = 4040; at <= 8100; at += 40)
        {
            stage.Inter(at);
        }

        Assert.Empty(stage.Join().ReadAll().Ids);
        Assert.Empty(stage.Join(form: Stage.OtherForm).ReadAll().Ids);
        var key = stage.Key(8200);
        Assert.Equal([key], stage.Join().ReadAll().Ids);
        Assert.Equal([key], stage.Join(form: Stage.OtherForm).ReadAll().Ids);
    }

    [Fact]
    [Requirement("RTMP-5.2")]
    public void Two_wire_forms_of_one_topic_are_independent()
    {
        var metadata = _stage.Config(FrameKind.Data, 0);
        var config = _stage.Config(FrameKind.Video, 0);
        var gop = _stage.Gop(0, 4);
        var first = _stage.Join().ReadAll();
        var other = _stage.Join(form: Stage.OtherForm).ReadAll();
        var cue = _stage.Publish(FrameKind.Data, FrameFlags.None, 200, 5);
        var last = _stage.Inter(200);
        Assert.Equal([metadata, config, .. gop, cue, last], first.ReadAll().Ids);
        Assert.Equal([config, .. gop, last], other.ReadAll().Ids);
    }

    [Fact]
    public void An_audio_only_topic_starts_at_any_frame()
    {
        var config = _stage.Config(FrameKind.Audio, 0);
        _stage.Audio(0);
        _stage.Audio(20);
        var latest = _stage.Audio(40);
        Assert.False(_stage.Topic.HasVideo);
        Assert.Equal([config, latest], _stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void A_picture_without_its_key_is_not_sent_behind_an_audio_key()
    {
        var present = _stage.Join().ReadAll();
        var sound = _stage.Audio(0);
        var joined = _stage.Join().ReadAll();
        _stage.Inter(20);
        var more = _stage.Audio(25);
        var key = _stage.Key(40);
        var inter = _stage.Inter(80);
        Assert.Equal([sound, more, key, inter], present.ReadAll().Ids);
        Assert.Equal([sound, more, key, inter], joined.ReadAll().Ids);
        Assert.Equal(1, present.Place.Drops.Read()[Reason.AwaitingKey]);
    }

    [Fact]
    public void A_patched_viewer_gets_its_number_in_every_frame_and_configuration()
    {
        _stage.Config(FrameKind.Video, 0);
        var gop = _stage.Gop(0, 5, size: 7000);
        var plain = _stage.Join().ReadAll(10_000);
        var patched = _stage.Join(patch: 0xCAFE).ReadAll(10_000);
        Assert.All(patched.Frames, frame => Assert.Equal(0xCAFEu, frame.Patch));
        Assert.All(plain.Frames, frame => Assert.Equal(0u, frame.Patch));
        Assert.Equal(plain.Ids, patched.Ids);
        Assert.Equal(gop, patched.Ids.Skip(1));
    }

    [Fact]
    public void A_configuration_that_grows_within_its_limit_replaces_the_old_one()
    {
        using var stage = new Stage(new HubLimits { ConfigBytesMax = 1024 });
        stage.Config(FrameKind.Data, 0, 700);
        var newer = stage.Config(FrameKind.Data, 10, 800);
        var key = stage.Key(20);
        Assert.Equal([newer, key], stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void A_configuration_over_its_limit_is_relayed_but_not_kept()
    {
        using var stage = new Stage(new HubLimits { ConfigBytesMax = 1024 });
        var kept = stage.Config(FrameKind.Video, 0, 100);
        var present = stage.Join().ReadAll();
        var waiting = stage.Join(new SubscribeOptions { Replay = Replay.LastConfig }).ReadAll();
        var large = stage.Config(FrameKind.Data, 10, 2000);
        var key = stage.Key(20);
        Assert.Equal([kept, large, key], present.ReadAll().Ids);
        Assert.Equal([kept, large, key], waiting.ReadAll().Ids);
        Assert.Equal([kept, key], stage.Join().ReadAll().Ids);
    }
}
