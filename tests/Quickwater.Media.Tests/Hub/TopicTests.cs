using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>The life of topics: publishers, time line, limits, memory.</summary>
public sealed class TopicTests : IDisposable
{
    private readonly Stage _stage = new(live: false);

    // The frame that the configuration in force came as.
    private static long ConfigOf(Viewer viewer) => BitConverter.ToInt64(viewer.Place.FindConfig(FrameKind.Data).Span);

    public void Dispose() => _stage.Dispose();

    [Fact]
    [Requirement("RTMP-5.6")]
    public void A_waiting_viewer_hears_of_start_and_end_in_order_with_the_frames()
    {
        var viewer = _stage.Join().ReadAll();
        Assert.False(viewer.Place.JoinedLive);
        _stage.Start();
        var gop = _stage.Gop(0, 3);
        var wakes = viewer.Wakes;
        _stage.Publication.Flush(_stage.Now, TimeSpan.Zero);
        Assert.Equal(wakes + 1, viewer.Wakes);
        _stage.End(Reason.ConnectionReset);
        Assert.Equal(["start", .. gop.Select(id => $"{id}"), "end ConnectionReset"], viewer.ReadAll().Story);
        Assert.Equal(Reason.ConnectionReset, viewer.Place.StreamEndReason);
        Assert.False(_stage.Topic.IsLive);
    }

    [Fact]
    public void A_viewer_that_has_not_heard_of_the_end_has_not_caught_up()
    {
        _stage.Start();
        var viewer = _stage.Join();
        _stage.Gop(0, 3);
        Assert.False(viewer.Place.HasCaughtUp);
        viewer.ReadAll();
        Assert.True(viewer.Place.HasCaughtUp);
        _stage.End();
        Assert.Equal(0, viewer.Place.Stats.Queued); // the end is no frame, but it is still to be told
        Assert.False(viewer.Place.HasCaughtUp);
        Assert.Equal("end PeerClosed", viewer.ReadAll().Story[^1]);
        Assert.True(viewer.Place.HasCaughtUp);
    }

    [Fact]
    public void A_viewer_whose_form_leaves_configurations_out_is_told_where_they_change()
    {
        _stage.Start();
        var first = _stage.Config(FrameKind.Data, 0);
        var one = _stage.Audio(0);
        var viewer = _stage.Join(new SubscribeOptions { TellsConfigs = true }, Stage.OtherForm);
        Assert.Equal((FillStatus.Configured, first), (viewer.Read(), ConfigOf(viewer)));
        Assert.Equal(FillStatus.CaughtUp, viewer.Read());
        var two = _stage.Audio(20);
        var second = _stage.Config(FrameKind.Data, 20);
        var three = _stage.Audio(40);
        Assert.Equal((FillStatus.Configured, second), (viewer.Read(), ConfigOf(viewer)));
        Assert.Equal([one, two], viewer.Ids);
        Assert.Equal(FillStatus.CaughtUp, viewer.Read());
        Assert.Equal([one, two, three], viewer.Ids);
    }

    [Fact]
    public void A_viewer_that_stood_still_leaves_with_every_loss_under_its_reason()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        for (var i = 0; i < 40; i++)
        {
            _stage.Gop(i * 1000, 25);
        }

        viewer.Place.Dispose();
        var stats = viewer.Place.Stats;
        Assert.True(stats.Dropped > 0);
        Assert.Equal(stats.Dropped, viewer.Place.Drops.Read()[Reason.FellBehindRing]);
        Assert.Equal(stats.Dropped, _stage.Topic.Drops.Total);
        Assert.Equal(stats.Offered, stats.Delivered + stats.Dropped + stats.Filtered + stats.Queued);
    }

    [Fact]
    public void An_end_wakes_the_viewers_at_once()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        _stage.End(Reason.Completed);
        Assert.Equal(1, viewer.Wakes);
    }

    [Fact]
    [Requirement("RTMP-4.5")]
    public void A_new_publisher_goes_on_in_time_and_starts_again_at_a_key()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        var config = _stage.Config(FrameKind.Video, 5000);
        _stage.Gop(5000, 25);
        viewer.ReadAll();
        _stage.End();
        _stage.Advance(3);
        _stage.Start();
        _stage.Inter(0);
        var fresh = _stage.Config(FrameKind.Video, 40);
        var key = _stage.Key(40);
        viewer.ReadAll();
        Assert.Equal($"end PeerClosed, start, {fresh}, {key}", string.Join(", ", viewer.Story.TakeLast(4)));
        Assert.Equal(5960 + 3000 + 40, viewer.Frames[^1].Milliseconds);
        Assert.Equal(config, viewer.Ids.First());
        Assert.Equal([fresh, key], _stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void Two_short_publications_are_told_apart_even_when_read_late()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        var first = _stage.Key(0);
        _stage.End(Reason.Completed);
        _stage.Start();
        var second = _stage.Key(0);
        _stage.End(Reason.Kicked);
        Assert.Equal([$"{first}", "end Completed", "start", $"{second}", "end Kicked"], viewer.ReadAll().Story);
    }

    [Fact]
    [Requirement("RTMP-4.8/one-publisher")]
    public void A_topic_takes_one_publisher_at_a_time()
    {
        _stage.Start();
        Assert.Equal(Reason.StreamBusy, _stage.Hub.Publish("live", Stage.Info(2), new Viewer(_stage, Stage.Form), out var second));
        Assert.Null(second);
        Assert.Equal(1ul, _stage.Topic.Publisher?.Id);
        Assert.Equal(1, _stage.Hub.PublisherCount);
        _stage.End();
        Assert.Equal(Reason.None, _stage.Hub.Publish("live", Stage.Info(2), new Viewer(_stage, Stage.Form), out second));
        second?.End(Reason.Completed);
        second?.End(Reason.Completed);
        Assert.Equal(0, _stage.Hub.PublisherCount);
        Assert.Empty(_stage.Hub.Topics);
        Assert.Equal((2, 2, 0, 0), _stage.Observer.Counts);
    }

    [Fact]
    [Requirement("RTMP-4.8", "RTMP-14.3")]
    public void Each_limit_of_the_hub_refuses_with_its_reason()
    {
        using var bench = new Bench();
        var limits = new HubLimits { PublishersMax = 1, SubscribersPerTopicMax = 2, WaitersMax = 2 };
        var hub = new Hub(bench.Engine, limits, new SilentHub());
        var mailbox = new Viewer(_stage, Stage.Form);
        Assert.Equal(Reason.None, hub.Publish("a", Stage.Info(), mailbox, out _));
        Assert.Equal(Reason.TooManyPublishers, hub.Publish("b", Stage.Info(), mailbox, out _));
        Assert.Equal(Reason.StreamBusy, hub.Publish("a", Stage.Info(), mailbox, out _)); // a busy name is busy, at the limit too
        Assert.Single(hub.Topics);
        Assert.Equal(Reason.None, Subscribe(hub, mailbox, "a"));
        Assert.Equal(Reason.None, Subscribe(hub, mailbox, "a"));
        Assert.Equal(Reason.TooManySubscribers, Subscribe(hub, mailbox, "a"));
        Assert.Equal(Reason.None, Subscribe(hub, mailbox, "b"));
        Assert.Equal(Reason.None, Subscribe(hub, mailbox, "c"));
        Assert.Equal(Reason.TooManyWaiters, Subscribe(hub, mailbox, "d"));
        Assert.Equal(3, hub.Topics.Count);
        var few = new Media.Hub(bench.Engine, new HubLimits { TopicsMax = 1 }, new SilentHub());
        Assert.Equal(Reason.None, few.Publish("a", Stage.Info(), mailbox, out _));
        Assert.Equal(Reason.TooManyStreams, few.Publish("b", Stage.Info(), mailbox, out _));
    }

    [Fact]
    [Requirement("RTMP-14.6")]
    public void Who_waits_keeps_no_publisher_out_and_is_a_viewer_once_its_stream_was_there()
    {
        using var bench = new Bench();
        var hub = new Media.Hub(bench.Engine, new HubLimits { TopicsMax = 2, PublishersMax = 2, WaitersMax = 3 }, new SilentHub());
        var mailbox = new Viewer(_stage, Stage.Form);
        var waiters = new List<Subscription>();
        foreach (var name in (string[])["a", "b", "c"])
        {
            Assert.Equal(Reason.None, hub.Subscribe(name, Stage.Form, new SubscribeOptions(), mailbox, default, out var waiter));
            waiters.Add(waiter ?? throw new InvalidOperationException(name));
        }

        Assert.Equal(Reason.TooManyWaiters, Subscribe(hub, mailbox, "x"));
        Assert.Equal(Reason.None, hub.Publish("a", Stage.Info(), mailbox, out var first));
        Assert.Equal(Reason.None, hub.Publish("y", Stage.Info(), mailbox, out _));
        Assert.Equal(2, hub.Waiters.Taken);
        first?.End(Reason.Completed);
        Assert.Equal(2, hub.Waiters.Taken); // who saw the stream is no stranger to it
        waiters[1].Dispose();
        waiters[1].Dispose();
        waiters[0].Dispose();
        Assert.Equal(1, hub.Waiters.Taken);
        Assert.Equal(Reason.None, Subscribe(hub, mailbox, "x"));
    }

    [Fact]
    [Requirement("RTMP-4.13", "RTMP-5.9/removed", "AUD-1.4/scope-exit")]
    public void Everything_is_freed_after_the_last_viewer_and_the_publisher()
    {
        _stage.Start();
        var first = _stage.Join();
        var second = _stage.Join();
        var other = _stage.Join(form: Stage.OtherForm);
        _stage.Gop(0, 100, size: 5000);
        var held = _stage.Leaks.Segments;
        first.Place.Dispose();
        first.Place.Dispose();
        Assert.Equal(held, _stage.Leaks.Segments);
        second.Place.Dispose();
        Assert.InRange(_stage.Leaks.Segments, 1, held - 1);
        other.Place.Dispose();
        Assert.Equal(0, _stage.Leaks.Segments);
        Assert.True(_stage.Leaks.Frames > 0, "the replay");
        _stage.End();
        Assert.True(_stage.Leaks.IsZero, $"{_stage.Leaks}");
        Assert.False(_stage.Hub.TryFind("live", out _));
    }

    [Fact]
    public void A_viewer_that_left_shows_its_ledger_as_it_was_then()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        _stage.Gop(100_000, 5);
        viewer.Read(30);
        var atEnd = viewer.Place.Stats;
        Assert.Equal((10, 0, 10, TimeSpan.FromMilliseconds(160)), (atEnd.Offered, atEnd.Delivered, atEnd.Queued, atEnd.LagTime));
        viewer.Place.Dispose();
        _stage.Gop(100_200, 5);
        Assert.Equal(atEnd, viewer.Place.Stats);
    }

    [Fact]
    [Requirement("RTMP-5.2", "RTMP-5.4")]
    public void Memory_does_not_grow_with_the_number_of_viewers()
    {
        _stage.Start();
        var viewers = new List<Viewer> { _stage.Join() };
        _stage.Gop(0, 50, size: 3000);
        viewers.ForEach(viewer => viewer.ReadAll());
        var before = _stage.Leaks;
        for (var i = 0; i < 200; i++)
        {
            viewers.Add(_stage.Join());
        }

        viewers.ForEach(viewer => viewer.ReadAll());
        Assert.Equal(before, _stage.Leaks);
        Assert.All(viewers, viewer => Assert.Equal(viewers[0].Ids, viewer.Ids));
    }

    [Fact]
    [Requirement("RTMP-4.6/length")]
    [Requirement("RTMP-21.8/gop")]
    public void The_replay_keeps_at_least_its_minimum_in_whole_gops()
    {
        _stage.Start();
        for (var second = 0; second < 20; second++)
        {
            _stage.Gop(second * 1000, 25);
            var stats = _stage.Topic.Stats;
            var span = stats.ReplayTime.TotalMilliseconds;
            Assert.InRange(span, Math.Min(2000, (second * 1000) + 960), 4000);
        }

        Assert.InRange(_stage.Leaks.Frames, 100, 200);
    }

    [Fact]
    [Requirement("RTMP-21.8/gop")]
    public void The_replay_and_the_ring_stay_within_the_topics_bytes()
    {
        using var stage = new Stage(new HubLimits { TopicBytesMax = 100_000 });
        var viewer = stage.Join();
        for (var i = 0; i < 500; i++)
        {
            stage.Publish(FrameKind.Video, i % 50 == 0 ? FrameFlags.Key : FrameFlags.None, i * 4, 5000);
            Assert.InRange(stage.Topic.Stats.BytesHeld, 0, 2 * (100_000 + 6000));
        }

        viewer.ReadAll();
        Assert.True(viewer.Place.Drops.Read()[Reason.FellBehindRing] > 0);
    }

    [Fact]
    public void A_time_line_that_jumps_back_does_not_hold_the_past()
    {
        using var stage = new Stage();
        stage.Join();
        for (var at = 0; at < 20; at++)
        {
            stage.Gop(3_600_000 + (at * 1000), 25, size: 3000);
        }

        var before = stage.Topic.Stats.BytesHeld;
        for (var at = 0; at < 60; at++)
        {
            stage.Gop(at * 1000, 25, size: 3000);
        }

        Assert.InRange(stage.Topic.Stats.BytesHeld, 1, before * 3 / 2);
        Assert.Equal(TimeSpan.FromMilliseconds(-3_619_960), Assert.Single(stage.Observer.Gaps));
    }

    [Fact]
    [Requirement("RTMP-4.7")]
    public void Gaps_over_a_second_are_told_and_smaller_ones_are_not()
    {
        _stage.Start();
        _stage.Key(0);
        _stage.Inter(1000);
        Assert.Empty(_stage.Observer.Gaps);
        _stage.Inter(2001);
        _stage.Inter(500);
        Assert.Equal([TimeSpan.FromMilliseconds(1001), TimeSpan.FromMilliseconds(-1501)], _stage.Observer.Gaps);
    }

    [Fact]
    public void Jumps_of_half_the_time_line_never_throw()
    {
        _stage.Start();
        var viewer = _stage.Join().ReadAll();
        var at = 0L;
        for (var i = 0; i < 1000; i++)
        {
            at = unchecked(at + (i % 3 == 0 ? long.MaxValue / 3 : -(long.MaxValue / 2)));
            _stage.Publish(FrameKind.Video, i % 4 == 0 ? FrameFlags.Key : FrameFlags.None, at, 10);
            _ = _stage.Topic.Stats;
            _ = viewer.Place.Stats;
            if (i % 7 == 0)
            {
                viewer.ReadAll(300);
            }
        }
    }

    [Fact]
    [Requirement("RTMP-4.12/frames")]
    public void A_topic_counts_its_frames_and_smooths_its_rate()
    {
        _stage.Start();
        for (var i = 0; i < 100; i++)
        {
            _stage.Publish(FrameKind.Video, i % 25 == 0 ? FrameFlags.Key : FrameFlags.None, i * 40, 992);
            _stage.Audio(i * 40, 92);
            _stage.Advance(0.04);
        }

        var stats = _stage.Topic.Stats;
        Assert.Equal((100, 100, 4, 0, 110_000), (stats.AudioFrames, stats.VideoFrames, stats.KeyFrames, stats.DataFrames, stats.BytesIn));
        Assert.InRange(stats.BytesPerSecond, 26_000, 29_000);
    }

    private Reason Subscribe(Hub hub, Viewer viewer, string name) =>
        hub.Subscribe(name, Stage.Form, new SubscribeOptions(), viewer, _stage.Now, out _);
}
