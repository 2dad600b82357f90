using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>What goes first when a viewer lags, and what is counted.</summary>
public sealed class DropOrderTests : IDisposable
{
    private readonly Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    [Requirement("RTMP-5.5")]
    public void Disposable_pictures_go_first_and_nothing_that_others_need()
    {
        var viewer = _stage.Join().ReadAll();
        Publish(0, 50);
        viewer.ReadAll();
        Publish(3000, 75);
        viewer.ReadAll();
        var kept = viewer.Frames.Where(frame => frame.Milliseconds >= 3000).ToList();
        var dropped = _stage.Published.Where(p => p.Milliseconds >= 3000).Select(p => p.Id).Except(kept.Select(frame => frame.Id)).ToList();
        Assert.NotEmpty(dropped);
        Assert.All(dropped, id => Assert.Equal(FrameFlags.Disposable, _stage.Published[(int)id].Flags));
        // From 2.5 s behind the live edge on it gets them again.
        Assert.All(dropped, id => Assert.InRange(_stage.Published[(int)id].Milliseconds, 3000, 5960 - 2500));
        Assert.Equal(new Dictionary<Reason, long> { [Reason.LagTimeExceeded] = dropped.Count }, viewer.Place.Drops.Read());
        Assert.Contains("disposable-dropped", _stage.Bench.Marks);
    }

    [Fact]
    [Requirement("RTMP-5.5")]
    public void Keys_go_before_sound_does()
    {
        var viewer = _stage.Join().ReadAll();
        Seconds(0, 1);
        viewer.ReadAll();
        Seconds(1, 9);
        viewer.ReadAll();
        var after = viewer.Frames.Where(frame => frame.Milliseconds >= 1000).ToList();
        Assert.Equal(9 * 25, after.Count(frame => frame.Kind == FrameKind.Audio));
        var keys = after.Where(frame => frame.Kind == FrameKind.Video).TakeWhile(frame => frame.IsKey).Select(frame => frame.Milliseconds);
        Assert.Equal([3000, 4000, 5000, 6000, 7000, 8000], keys); // 7.5 s behind at most; from 8000 on all of them
    }

    [Fact]
    [Requirement("RTMP-5.5/counted", "RTMP-5.8/drops")]
    public void A_viewer_that_stands_still_loses_sound_too_and_the_counts_are_whole_at_any_instant()
    {
        var viewer = _stage.Join().ReadAll();
        Seconds(0, 1);
        viewer.ReadAll();
        for (var second = 1; second < 60; second++)
        {
            Seconds(second, 1);
            var stats = viewer.Place.Stats;
            Assert.Equal(stats.Offered, stats.Delivered + stats.Dropped + stats.Filtered + stats.Queued);
            Assert.Equal(stats.Dropped, viewer.Place.Drops.Total);
        }

        var drops = viewer.Place.Drops.ReadByKind();
        Assert.Equal(
            [(Reason.FellBehindRing, FrameKind.Audio), (Reason.FellBehindRing, FrameKind.Video)],
            drops.Keys.OrderBy(key => key.Kind));
        // 59 s less the 10 s that the ring keeps, 25 frames of each kind a second.
        Assert.All(drops.Values, lost => Assert.InRange(lost, 48 * 25, 50 * 25));
        viewer.ReadAll();
        var sound = viewer.Frames.Where(frame => frame.Kind == FrameKind.Audio && frame.Milliseconds >= 1000).ToList();
        Assert.InRange(sound[0].Milliseconds, 59_960 - 10_000, 59_960 - 9_000);
        Assert.All(sound.Zip(sound.Skip(1)), pair => Assert.Equal(40, pair.Second.Milliseconds - pair.First.Milliseconds));
    }

    [Fact]
    [Requirement("RTMP-5.5/audio")]
    public void A_viewer_that_reads_too_slowly_for_the_pictures_keeps_every_sound()
    {
        var viewer = _stage.Join().ReadAll();
        for (var at = 0; at < 120_000; at += 40)
        {
            var flags = at % 2000 == 0 ? FrameFlags.Key : FrameFlags.None;
            _stage.Publish(FrameKind.Video, flags, at, flags == FrameFlags.Key ? 4000 : 1000);
            _stage.Audio(at);
            _stage.Advance(0.04);
            viewer.Read(700); // the stream needs 1,200 a frame, its sound 50
        }

        viewer.ReadAll();
        Assert.Equal(3000, viewer.Frames.Count(frame => frame.Kind == FrameKind.Audio));
        Assert.Equal([(Reason.LagTimeExceeded, FrameKind.Video)], viewer.Place.Drops.ReadByKind().Keys);
        Assert.InRange(viewer.Frames.Count(frame => frame.Kind == FrameKind.Video), 1000, 2500);
    }

    [Fact]
    [Requirement("RTMP-5.9/options")]
    public void Each_viewer_has_bounds_of_its_own()
    {
        var strict = _stage.Join(new SubscribeOptions { LagTimeMax = TimeSpan.FromSeconds(1) }).ReadAll();
        var patient = _stage.Join(new SubscribeOptions { LagTimeMax = TimeSpan.FromSeconds(30), DisposableLagTimeMax = TimeSpan.FromSeconds(30) })
            .ReadAll();
        Seconds(0, 1);
        strict.ReadAll();
        patient.ReadAll();
        Seconds(1, 4);
        strict.ReadAll();
        patient.ReadAll();
        Assert.True(strict.Place.Drops.Total > 0);
        Assert.Equal(0, patient.Place.Drops.Total);
        Assert.Equal(_stage.Published.Count, patient.Frames.Count);
        Assert.Equal(TimeSpan.FromSeconds(1), strict.Place.Options.LagTimeMax);
    }

    [Fact]
    [Requirement("RTMP-5.5/logged")]
    public void The_first_drop_of_a_viewer_is_told_once_with_its_reason()
    {
        var viewer = _stage.Join().ReadAll();
        Seconds(0, 1);
        viewer.ReadAll();
        Assert.Empty(_stage.Observer.Lags);
        for (var round = 0; round < 3; round++)
        {
            Seconds(1 + (round * 8), 8);
            viewer.ReadAll();
        }

        Assert.Equal([Reason.LagTimeExceeded], _stage.Observer.Lags);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Options_that_make_no_sense_are_refused_by_name(string name, SubscribeOptions options)
    {
        var fault = Assert.Single(options.Validate());
        Assert.Contains(name, fault, StringComparison.Ordinal);
        var thrown = Assert.Throws<ArgumentException>(
            () => _stage.Hub.Subscribe("live", Stage.Form, options, new Viewer(_stage, Stage.Form), _stage.Now, out _));
        Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, SubscribeOptions> Invalid => new()
    {
        { "lagTimeMax", new SubscribeOptions { LagTimeMax = TimeSpan.Zero } },
        { "disposableLagTimeMax", new SubscribeOptions { DisposableLagTimeMax = TimeSpan.FromHours(2) } },
        { "keyLagTimeMax", new SubscribeOptions { KeyLagTimeMax = TimeSpan.FromSeconds(-1) } },
        { "audioLagTimeMax", new SubscribeOptions { AudioLagTimeMax = TimeSpan.Zero } },
        { "batchTimeMax", new SubscribeOptions { BatchTimeMax = TimeSpan.Zero } },
        { "catchUpMax", new SubscribeOptions { CatchUpMax = TimeSpan.FromSeconds(-1) } },
        { "lagBytesMax", new SubscribeOptions { LagBytesMax = 0 } },
    };

    private void Seconds(int from, int count)
    {
        for (var second = from; second < from + count; second++)
        {
            _stage.Gop(second * 1000, 25);
        }
    }

    // A key a second, and every other picture disposable.
    private void Publish(int from, int pictures)
    {
        for (var i = 0; i < pictures; i++)
        {
            var flags = i % 25 == 0 ? FrameFlags.Key : i % 2 == 1 ? FrameFlags.Disposable : FrameFlags.None;
            _stage.Publish(FrameKind.Video, flags, from + (i * 40), 50);
        }
    }
}
