using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>Streams that are not as streams mostly are: without video, without keys, with long groups, with times that jump.</summary>
public sealed class OddStreamTests : IDisposable
{
    private readonly Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    [Requirement("RTMP-5.1")]
    public void A_joiner_of_a_stream_without_video_starts_at_the_latest_sound()
    {
        var config = _stage.Config(FrameKind.Audio, 0);
        var last = 0L;
        for (var at = 0; at < 5000; at += 20)
        {
            last = _stage.Audio(at);
        }

        Assert.Equal([config, last], _stage.Join().ReadAll().Ids);
        Assert.InRange(_stage.Topic.Stats.ReplayTime, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.1));
    }

    [Fact]
    [Requirement("RTMP-5.5")]
    public void A_viewer_of_a_stream_without_video_keeps_ten_seconds_of_sound()
    {
        var viewer = _stage.Join().ReadAll();
        Sound(0, 1);
        viewer.ReadAll();
        Sound(1, 9);
        viewer.ReadAll();
        Assert.Equal(0, viewer.Place.Drops.Total);
        Sound(10, 12);
        viewer.ReadAll();
        Assert.Equal([FrameKind.Audio], viewer.Place.Drops.ReadByKind().Keys.Select(key => key.Kind));
        Assert.Equal(21_960, viewer.Frames[^1].Milliseconds);
    }

    [Fact]
    public void Video_that_appears_later_starts_at_its_first_key_for_those_who_listen_and_those_who_join()
    {
        Sound(0, 1);
        var listener = _stage.Join().ReadAll();
        Sound(1, 1);
        var lost = _stage.Inter(2000);
        var sound = _stage.Audio(2000);
        var joiner = _stage.Join().ReadAll();
        var config = _stage.Config(FrameKind.Video, 2040);
        var key = _stage.Key(2040);
        var inter = _stage.Inter(2080);
        listener.ReadAll();
        joiner.ReadAll();
        Assert.Equal([sound, config, key, inter], listener.Ids.TakeLast(4));
        Assert.Equal([sound, config, key, inter], joiner.Ids.TakeLast(4));
        Assert.DoesNotContain(lost, listener.Ids.Concat(joiner.Ids));
        Assert.Equal([config, key, inter], _stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void Video_that_goes_away_leaves_the_sound_to_those_who_join()
    {
        using var stage = new Stage(new HubLimits { ReplayMin = TimeSpan.FromSeconds(1), ReplayMax = TimeSpan.FromSeconds(4) });
        stage.Gop(0, 25);
        for (var at = 1000; at < 8000; at += 40)
        {
            stage.Audio(at);
        }

        var viewer = stage.Join().ReadAll();
        var sound = stage.Audio(8000);
        Assert.Equal([sound], viewer.ReadAll().Ids);
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void A_stream_that_never_sends_a_key_is_shown_after_a_wait_that_is_told()
    {
        using var stage = new Stage(new HubLimits { KeyWaitMax = TimeSpan.FromSeconds(3) });
        var early = stage.Join().ReadAll();
        for (var at = 0; at <= 3000; at += 40)
        {
            stage.Inter(at);
            stage.Audio(at);
        }

        Assert.All(early.ReadAll().Frames, frame => Assert.Equal(FrameKind.Audio, frame.Kind));
        Assert.Equal(0, stage.Observer.KeysMissed);
        stage.Publish(FrameKind.Video, FrameFlags.Disposable, 3040, 50);
        var first = stage.Inter(3080);
        var second = stage.Inter(3120);
        Assert.Equal([first, second], early.ReadAll().Ids.TakeLast(2));
        Assert.Equal([second], stage.Join().ReadAll().Ids);
        Assert.Equal(1, stage.Observer.KeysMissed);
        Assert.Contains("stream-without-keys", stage.Bench.Marks);

        // A real key ends it.
        var key = stage.Key(3160);
        var inter = stage.Inter(3200);
        Assert.Equal([key, inter], stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void A_stream_with_one_key_at_its_beginning_is_shown_when_that_is_too_old()
    {
        using var stage = new Stage(new HubLimits { ReplayMax = TimeSpan.FromSeconds(20), KeyWaitMax = TimeSpan.FromSeconds(3) });
        var all = stage.Gop(0, 500);
        Assert.Equal(all, stage.Join().ReadAll(2000).Ids);
        stage.Inter(20_000);
        var last = stage.Inter(20_040);
        Assert.Equal([last], stage.Join().ReadAll().Ids);
        Assert.Equal(1, stage.Observer.KeysMissed);
    }

    [Fact]
    public void An_encoder_that_comes_back_from_a_silence_is_still_one_that_sends_keys()
    {
        using var stage = new Stage(new HubLimits { ReplayMax = TimeSpan.FromSeconds(20), KeyWaitMax = TimeSpan.FromSeconds(3) });
        stage.Gop(0, 25);
        var earlier = stage.Publication;
        stage.End(Reason.IdleTimeout);
        stage.Start(earlier);
        var viewer = stage.Join();
        for (var at = 1000; at < 8000; at += 40)
        {
            stage.Inter(at); // of the group that it was in
        }

        Assert.Empty(viewer.ReadAll().Frames);
        Assert.Equal(0, stage.Observer.KeysMissed);
        var key = stage.Key(8000);
        Assert.Equal([key], viewer.ReadAll().Ids);
    }

    [Fact]
    [Requirement("RTMP-4.6")]
    public void A_group_of_20_s_is_replayed_whole_and_its_joiner_is_not_slow()
    {
        _stage.Config(FrameKind.Video, 0);
        var all = _stage.Gop(0, 480);
        var viewer = _stage.Join();
        for (var i = 0; i < 100; i++)
        {
            viewer.Read(2000);
            _stage.Advance(0.04);
            all.Add(_stage.Inter(19_200 + (i * 40)));
        }

        Assert.Equal(all, viewer.ReadAll().Ids.Skip(1));
        Assert.Equal(0, viewer.Place.Drops.Total);
    }

    [Fact]
    [Requirement("RTMP-4.6/bounds")]
    public void A_group_that_outgrows_the_bytes_is_not_replayed_and_who_is_there_misses_nothing()
    {
        using var stage = new Stage(new HubLimits { TopicBytesMax = 1 << 20 });
        var config = stage.Config(FrameKind.Video, 0);
        var watching = stage.Join().ReadAll();
        for (var at = 0; at < 20_000; at += 40)
        {
            stage.Publish(FrameKind.Video, at == 0 ? FrameFlags.Key : FrameFlags.None, at, 10_000);
            watching.ReadAll();
            Assert.InRange(stage.Topic.Stats.BytesHeld, 0, (2 << 20) + 20_000);
        }

        Assert.Equal(stage.Published.Count, watching.Frames.Count);
        var joiner = stage.Join().ReadAll();
        Assert.Empty(joiner.Ids);
        var sound = stage.Audio(20_000);
        var lost = stage.Inter(20_000, 10_000);
        var key = stage.Key(20_040, 10_000);
        Assert.Equal([config, sound, key], joiner.ReadAll().Ids);
        Assert.Equal(1, joiner.Place.Drops.Read()[Reason.AwaitingKey]);
        Assert.DoesNotContain(lost, joiner.Ids);
        Assert.Equal(key, stage.Join(form: Stage.OtherForm).ReadAll().Ids.Last());
    }

    [Fact]
    [Requirement("RTMP-13.1")]
    public void Fifty_megabits_a_second_stay_within_the_memory_and_nobody_who_reads_misses_anything()
    {
        var limits = new HubLimits();
        using var stage = new Stage(limits);
        var viewer = stage.Join().ReadAll();
        var stalled = stage.Join().ReadAll();
        for (var i = 0; i < 30 * 30; i++)
        {
            // 6.25 MB/s: a key of 1 MB every two seconds.
            stage.Publish(FrameKind.Video, i % 60 == 0 ? FrameFlags.Key : FrameFlags.None, i * 33, i % 60 == 0 ? 1_000_000 : 195_000);
            viewer.ReadAll();
            Assert.InRange(stage.Topic.Stats.BytesHeld, 0, 2 * (limits.TopicBytesMax + (2 << 20)));
        }

        Assert.Equal(0, viewer.Place.Drops.Total);
        Assert.Equal(900, viewer.Frames.Count);
        Assert.True(stalled.Place.Drops.Read()[Reason.FellBehindRing] > 0);
        Assert.InRange(stalled.Place.Stats.LagTime, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(11));
    }

    [Fact]
    [Requirement("RTMP-4.6")]
    public void Many_tiny_frames_count_for_the_memory_that_they_take()
    {
        using var stage = new Stage(new HubLimits { TopicBytesMax = 200_000 });
        stage.Join();
        stage.Key(0);
        for (var i = 0; i < 50_000; i++)
        {
            stage.Audio(0, size: 1);
        }

        Assert.InRange(stage.Topic.Stats.BytesHeld, 0, 2 * 210_000);
        Assert.InRange(stage.Leaks.Frames, 0, 1000);
    }

    [Theory]
    [InlineData(36_000_000)]
    [InlineData(-36_000_000)]
    [InlineData(7000)]
    [InlineData(-1500)]
    [Requirement("RTMP-4.7")]
    public void A_jump_of_the_publishers_time_is_no_lag_and_nobody_loses_anything(int jump)
    {
        var time = 40_000_000L;
        var viewer = _stage.Join().ReadAll();
        var low = _stage.Join(new SubscribeOptions().LowLatency(TimeSpan.FromMilliseconds(500))).ReadAll();
        for (var i = 0; i < 20; i++)
        {
            // All within one flush: before the viewers read, the time has jumped.
            _stage.Key(time);
            _stage.Inter(time + 40);
            time += 80 + jump;
            _stage.Inter(time);
            time += 40;
            viewer.ReadAll();
            low.ReadAll();
            Assert.InRange(viewer.Place.Stats.LagTime, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            time -= jump;
        }

        Assert.Equal(_stage.Published.Select(p => p.Id), viewer.Ids);
        Assert.Equal(viewer.Ids, low.Ids);
        Assert.Equal(0, viewer.Place.Drops.Total + low.Place.Drops.Total);
        Assert.NotEmpty(_stage.Observer.Gaps);
    }

    [Fact]
    public void A_pause_that_was_real_is_lag()
    {
        var viewer = _stage.Join().ReadAll();
        _stage.Key(0);
        _stage.Advance(8);
        _stage.Key(8000);
        Assert.Equal(TimeSpan.FromSeconds(8), viewer.Place.Stats.LagTime);
        Assert.Equal(TimeSpan.FromSeconds(8), Assert.Single(_stage.Observer.Gaps));
    }

    private void Sound(int fromSecond, int seconds)
    {
        for (var at = fromSecond * 1000; at < (fromSecond + seconds) * 1000; at += 40)
        {
            _stage.Audio(at);
        }
    }
}
