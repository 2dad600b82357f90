using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>What becomes of viewers that lag.</summary>
public sealed class LagTests : IDisposable
{
    private readonly Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    [Requirement("RTMP-5.5/video", "RTMP-5.8")]
    public void Slow_viewer_drops_to_key_and_keeps_its_keys_and_its_audio()
    {
        var viewer = _stage.Join().ReadAll();
        _stage.Gop(0, 25);
        viewer.ReadAll();
        for (var second = 1; second <= 6; second++)
        {
            _stage.Gop(second * 1000, 25);
        }

        viewer.ReadAll();
        // Six seconds behind it gets the keys alone, and everything again from the first one that is at most 2.5 s behind.
        var pictures = viewer.Frames.Where(frame => frame.Kind == FrameKind.Video).ToList();
        Assert.Equal([1000, 2000, 3000, 4000, 5000], pictures.Skip(25).Take(5).Select(picture => picture.Milliseconds));
        Assert.All(pictures.Skip(25).Take(5), picture => Assert.True(picture.IsKey));
        Assert.Equal(25 + 4 + 50, pictures.Count);
        Assert.Equal(7 * 25, viewer.Frames.Count(frame => frame.Kind == FrameKind.Audio));
        Assert.Equal(new Dictionary<Reason, long> { [Reason.LagTimeExceeded] = 96 }, viewer.Place.Drops.Read());
        Assert.Equal([(Reason.LagTimeExceeded, FrameKind.Video)], viewer.Place.Drops.ReadByKind().Keys);
        Assert.Equal((350, 254, 96, 0, 0), Ledger(viewer));
        Assert.Equal(viewer.BytesTaken, viewer.Place.Stats.BytesDelivered);
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "drop-to-key", "key-kept-alone", "resumed-on-key" }, _stage.Bench.Marks);
    }

    [Fact]
    public void A_viewer_over_its_bytes_drops_for_that_reason()
    {
        var viewer = _stage.Join(new SubscribeOptions { LagBytesMax = 10_000 }).ReadAll();
        _stage.Gop(0, 3);
        viewer.ReadAll();
        _stage.Gop(120, 20, size: 1000);
        var key = _stage.Key(920);
        viewer.ReadAll();
        Assert.Equal([Reason.LagBytesExceeded], viewer.Place.Drops.Read().Keys);
        Assert.Equal(key, viewer.Ids.Last());
    }

    [Fact]
    public void Drop_oldest_skips_everything_to_the_key_nearest_the_live_edge()
    {
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.DropOldest }).ReadAll();
        _stage.Gop(0, 25);
        viewer.ReadAll();
        var before = viewer.Frames.Count;
        for (var second = 1; second <= 6; second++)
        {
            _stage.Gop(second * 1000, 25);
        }

        viewer.ReadAll();
        Assert.Equal(_stage.Published.Where(p => p.Milliseconds >= 6000).Select(p => p.Id), viewer.Ids.Skip(before));
        Assert.Equal(250, viewer.Place.Drops.Read()[Reason.LagTimeExceeded]);
        Assert.Contains("skip-to-live", _stage.Bench.Marks);
    }

    [Fact]
    [Requirement("RTMP-5.9")]
    public void Close_slow_ends_the_subscription_with_the_reason()
    {
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.CloseSlow }).ReadAll();
        _stage.Key(0);
        viewer.ReadAll();
        _stage.Gop(40, 150);
        Assert.Equal(FillStatus.Over, viewer.Read());
        Assert.Equal(Reason.LagTimeExceeded, viewer.Place.Ended);
        Assert.Equal(FillStatus.Over, viewer.Read());
    }

    [Fact]
    public void What_the_operating_system_holds_is_lag_as_well()
    {
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.CloseSlow }).ReadAll();
        for (var at = 0; at <= 2000; at += 40)
        {
            _stage.Publish(FrameKind.Video, at % 1000 == 0 ? FrameFlags.Key : FrameFlags.None, at, 1000);
            _stage.Advance(0.04);
        }

        var transport = new ScriptTransport(_stage.Bench.Engine.Leaks) { UnacknowledgedBytes = 1_000_000 };
        var batch = new SendBatch();
        batch.Begin(64 * 1024, transport);
        viewer.ReadAll();
        _stage.Key(2040);
        Assert.Equal(FillStatus.CaughtUp, viewer.Place.Fill(batch, _stage.Now));
        _stage.Gop(2080, 10);
        Assert.Equal(FillStatus.Over, viewer.Place.Fill(batch, _stage.Now));
        Assert.Equal(Reason.LagTimeExceeded, viewer.Place.Ended);
        batch.Release();
        transport.Close();
    }

    [Fact]
    public void A_joiner_that_never_meets_the_live_edge_is_slow_after_its_time()
    {
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.CloseSlow });
        _stage.Gop(0, 200);
        viewer.Read(1000);
        _stage.Advance(19);
        Assert.Equal(FillStatus.More, viewer.Read(1000));
        _stage.Advance(2);
        Assert.Equal(FillStatus.Over, viewer.Read(1000));
        Assert.Equal(Reason.CatchUpTimeout, viewer.Place.Ended);
    }

    [Fact]
    public void A_joiner_behind_too_many_bytes_is_slow_for_that_reason()
    {
        _stage.Gop(0, 200, size: 1000);
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.CloseSlow, CatchUpBytesMax = 50_000 });
        Assert.Equal(FillStatus.Over, viewer.Read(1000));
        Assert.Equal(Reason.LagBytesExceeded, viewer.Place.Ended);
    }

    [Fact]
    public void A_viewer_behind_the_ring_starts_again_at_a_key()
    {
        using var stage = new Stage(new HubLimits { RetainMax = TimeSpan.FromSeconds(2) });
        var viewer = stage.Join().ReadAll();
        var config = stage.Config(FrameKind.Video, 0);
        stage.Key(0);
        viewer.ReadAll();
        for (var second = 1; second <= 8; second++)
        {
            stage.Gop(second * 1000, 25);
        }

        var lost = viewer.Place.Stats.Dropped;
        Assert.True(lost > 0, "the ledger counts what the ring let go of");
        Assert.Equal(lost, viewer.Place.Drops.Read()[Reason.FellBehindRing]);
        viewer.ReadAll();
        Assert.Equal(7000, viewer.Frames.First(f => f.Kind == FrameKind.Video && f.Milliseconds > 0).Milliseconds);
        Assert.True(viewer.Place.Drops.Read()[Reason.FellBehindRing] > lost, "and what built on it");
        Assert.Contains("fell-behind-ring", stage.Bench.Marks);
        Assert.Equal(config, viewer.Ids.First());
    }

    [Fact]
    public void A_configuration_inside_a_drop_is_made_good_even_behind_a_repeated_one()
    {
        var viewer = _stage.Join(new SubscribeOptions { Policy = SlowPolicy.DropOldest }).ReadAll();
        var metadata = _stage.Config(FrameKind.Data, 0);
        _stage.Config(FrameKind.Video, 0);
        _stage.Key(0);
        viewer.ReadAll();
        for (var at = 40; at <= 3000; at += 40)
        {
            _stage.Inter(at);
        }

        var changed = _stage.Config(FrameKind.Video, 3000);
        for (var at = 3040; at <= 6000; at += 40)
        {
            _stage.Inter(at);
        }

        viewer.ReadAll();
        _stage.Publish(FrameKind.Data, FrameFlags.Config, 6010, 30, repeats: metadata);
        var key = _stage.Key(6040);
        viewer.ReadAll();
        Assert.Contains(changed, viewer.Ids);
        Assert.Equal(key, viewer.Ids.Last());
    }

    [Fact]
    public void Video_switched_off_is_filtered_and_comes_back_at_a_key()
    {
        var viewer = _stage.Join().ReadAll();
        var first = _stage.Gop(0, 2);
        viewer.ReadAll().Place.Select(video: false, audio: true);
        _stage.Inter(80);
        _stage.Key(120);
        var sound = _stage.Audio(120);
        viewer.ReadAll().Place.Select(video: true, audio: true);
        _stage.Inter(160);
        var key = _stage.Key(200);
        Assert.Equal([.. first, sound, key], viewer.ReadAll().Ids);
        Assert.Equal((2L, 1L), (viewer.Place.Stats.Filtered, viewer.Place.Stats.Dropped));

        viewer.Place.Select(video: true, audio: false);
        _stage.Audio(240);
        var inter = _stage.Inter(240);
        Assert.Equal(inter, viewer.ReadAll().Ids.Last());
        Assert.Equal(3, viewer.Place.Stats.Filtered);
    }

    [Fact]
    public void A_viewer_without_video_that_lagged_once_keeps_its_bounds()
    {
        var viewer = _stage.Join(new SubscribeOptions { AudioLagTimeMax = TimeSpan.FromSeconds(5) }).ReadAll();
        viewer.Place.Select(video: false, audio: true);
        for (var round = 0; round < 3; round++)
        {
            var start = round * 20_000L;
            _stage.Key(start);
            _stage.Audio(start);
            viewer.ReadAll();
            for (var at = start + 40; at <= start + 7000; at += 40)
            {
                _stage.Audio(at);
            }

            viewer.ReadAll();
            Assert.Equal((round + 1) * 175, viewer.Place.Drops.Total);
        }

        Assert.Equal([Reason.LagTimeExceeded], viewer.Place.Drops.Read().Keys);
    }

    [Fact]
    public void Frames_split_between_batches_survive_what_the_ring_lets_go_of()
    {
        using var stage = new Stage(new HubLimits { RetainMax = TimeSpan.FromMilliseconds(100) });
        var viewer = stage.Join().ReadAll();
        var large = stage.Key(0, size: 500_000);
        Assert.Equal(FillStatus.More, viewer.Read(1000));
        Assert.True(viewer.HoldsPart);
        for (var second = 1; second < 10; second++)
        {
            stage.Gop(second * 1000, 25, size: 2000);
        }

        viewer.ReadAll(1000);
        Assert.Equal(large, viewer.Ids.First());
        Assert.False(viewer.HoldsPart);
        Assert.Contains("frame-split-between-batches", stage.Bench.Marks);
    }

    [Fact]
    [Requirement("RTMP-5.7", "RTMP-12.5")]
    public void A_batch_of_a_viewer_that_caught_up_holds_at_most_its_time()
    {
        var viewer = _stage.Join().ReadAll();
        _stage.Key(0);
        viewer.ReadAll();
        _stage.Gop(40, 50, size: 10);
        Assert.Equal(FillStatus.More, viewer.Read());
        Assert.InRange(viewer.Frames[^1].Milliseconds - 40, 0, 100);
    }

    private static (long Offered, long Delivered, long Dropped, long Filtered, long Queued) Ledger(Viewer viewer)
    {
        var stats = viewer.Place.Stats;
        return (stats.Offered, stats.Delivered, stats.Dropped, stats.Filtered, stats.Queued);
    }
}
