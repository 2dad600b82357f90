using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>Viewers that want to be within half a second of the live edge.</summary>
[Requirement("RTMP-5.7", "RTMP-12.4", "RTMP-12.5")]
public sealed class LowLatencyTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(500);
    private static readonly SubscribeOptions Low = new SubscribeOptions().LowLatency(Bound);

    private readonly Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Nothing_of_any_kind_that_is_older_than_the_bound_is_sent_after_a_stall()
    {
        var viewer = _stage.Join(Low).ReadAll();
        _stage.Gop(0, 25);
        viewer.ReadAll();
        var before = viewer.Frames.Count;
        _stage.Gop(1000, 50);
        _stage.Gop(3000, 15); // the live edge is 560 ms behind the latest key
        viewer.ReadAll();
        var first = viewer.Frames[before];
        Assert.True(first.Milliseconds >= 3560 - 500, $"{first} is older than the bound");
        Assert.DoesNotContain(viewer.Frames.Skip(before), frame => frame.Kind == FrameKind.Video);
        var key = _stage.Key(3600);
        Assert.Equal(key, viewer.ReadAll().Ids.Last());
        Assert.Equal([Reason.LagTimeExceeded], viewer.Place.Drops.Read().Keys);
    }

    [Fact]
    public void It_is_at_most_the_bound_behind_whatever_its_pace()
    {
        var viewer = _stage.Join(Low).ReadAll();
        for (var at = 0; at < 60_000; at += 40)
        {
            _stage.Publish(FrameKind.Video, at % 1000 == 0 ? FrameFlags.Key : FrameFlags.None, at, 1000);
            _stage.Audio(at);
            _stage.Advance(0.04);
            var room = at / 10_000 % 2 == 0 ? 400 : 64 * 1024;
            viewer.Read(room);
            // What a viewer is given from now on: one frame may be under way when the bound is passed.
            var next = viewer.Place.Stats;
            Assert.True(next.LagTime <= Bound + TimeSpan.FromMilliseconds(80) || viewer.Place.Drops.Total == 0, $"at {at}: {next}");
        }

        Assert.True(viewer.Place.Drops.Total > 0);
        Assert.True(viewer.Frames.Count(frame => frame.Kind == FrameKind.Video) > 200);
    }

    [Fact]
    public void What_the_operating_system_may_hold_is_a_quarter_of_the_bound()
    {
        var transport = new ScriptTransport(_stage.Bench.Engine.Leaks);
        var batch = new SendBatch();
        var low = _stage.Join(Low);
        var usual = _stage.Join();
        for (var at = 0; at <= 2000; at += 40)
        {
            _stage.Publish(FrameKind.Video, at % 1000 == 0 ? FrameFlags.Key : FrameFlags.None, at, 10_000);
            _stage.Advance(0.04);
        }

        // 250 kB/s: 125 ms of it rounded up to a power of two, and 500 ms.
        Assert.Equal(32 * 1024, Unsent(low));
        Assert.Equal(128 * 1024, Unsent(usual));
        transport.Close();

        int Unsent(Viewer viewer)
        {
            batch.Begin(64 * 1024, transport);
            viewer.Place.Fill(batch, _stage.Now);
            var bytes = batch.UnsentBytesMax;
            batch.Release();
            return bytes;
        }
    }

    [Fact]
    public void A_batch_holds_a_fifth_of_the_bound_at_most()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), Low.BatchTimeMax);
        Assert.Equal(TimeSpan.FromMilliseconds(40), new SubscribeOptions().LowLatency(TimeSpan.FromMilliseconds(200)).BatchTimeMax);
        Assert.Empty(Low.Validate());
    }

    [Fact]
    public void Viewers_of_both_kinds_share_a_stream()
    {
        var low = _stage.Join(Low).ReadAll();
        var usual = _stage.Join().ReadAll();
        var all = _stage.Gop(0, 25);
        Assert.Equal(all, usual.ReadAll().Ids);
        Assert.Equal(0, usual.Place.Drops.Total);
        low.ReadAll();
        Assert.True(low.Place.Drops.Total > 0);
    }
}
