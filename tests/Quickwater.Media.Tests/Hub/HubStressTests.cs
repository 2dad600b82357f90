using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>The hub on real threads.</summary>
[Requirement("RTMP-4.8", "RTMP-5.2", "AUD-10.2")]
public sealed class HubStressTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    [Requirement("RTMP-4.8/concurrency")]
    public async Task Viewers_come_and_go_under_a_running_publisher_and_nothing_is_left()
    {
        var stage = new Stage(new HubLimits { RetainMax = TimeSpan.FromMilliseconds(500), ReplayMin = TimeSpan.Zero });
        using var stop = new CancellationTokenSource();
        var seen = new Tally();
        var crowd = Enumerable.Range(0, 6).Select(index => Task.Run(() => ComeAndGo(stage, (ulong)index, seen, stop.Token))).ToArray();
        await Task.Run(() => PublishMuch(stage, seen)).WaitAsync(Patience);
        await stop.CancelAsync();
        var visits = await Task.WhenAll(crowd).WaitAsync(Patience);
        stage.Dispose();
        Assert.All(visits, visit => Assert.True(visit.Joins > 0));
        Assert.True(visits.Sum(visit => visit.Frames) > Tally.Enough, $"{visits.Sum(visit => visit.Frames)} frames");
        Assert.True(stage.Leaks.IsZero, $"{stage.Leaks}");
        Assert.Empty(stage.Hub.Topics);
        var (started, stopped, joined, left) = stage.Observer.Counts;
        Assert.Equal((started, joined), (stopped, left));
    }

    [Fact]
    public async Task A_woken_viewer_always_finds_the_last_frame()
    {
        const int Frames = 20_000;
        using var stage = new Stage();
        var viewer = stage.Join();
        using var reading = new ManualResetEventSlim();
        var reader = Task.Run(() =>
        {
            // Reads only when woken: a lost wake would leave it waiting.
            var seen = -1;
            viewer.ReadAll();
            reading.Set();
            while (viewer.Frames.Count < Frames)
            {
                Assert.True(SpinWait.SpinUntil(() => viewer.Wakes != seen, Patience), $"No wake after {viewer.Frames.Count} frames.");
                seen = viewer.Wakes;
                viewer.ReadAll();
            }
        });
        reading.Wait(Patience);
        for (var i = 0; i < Frames; i++)
        {
            stage.Publish(FrameKind.Video, FrameFlags.Key, i / 100, 10);
            stage.Publication.Flush(stage.Now, TimeSpan.Zero);
        }

        await reader.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, Frames).Select(i => (long)i), viewer.Ids);
    }

    [Fact]
    [Requirement("RTMP-4.8/concurrency")]
    public async Task Publishers_that_race_for_a_name_get_it_one_at_a_time()
    {
        using var stage = new Stage(live: false);
        var holders = 0;
        var won = 0;
        var broken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(index => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                var refused = stage.Hub.Publish("race", Stage.Info((ulong)index), new Viewer(stage, Stage.Form), out var held);
                if (refused != Reason.None)
                {
                    broken += refused == Reason.StreamBusy ? 0 : 1;
                    continue;
                }

                broken += Interlocked.Increment(ref holders) == 1 ? 0 : 1;
                Interlocked.Increment(ref won);
                Interlocked.Decrement(ref holders);
                held?.End(Reason.Completed);
            }
        })));
        Assert.True(won > 4, $"{won} won");
        Assert.Equal((0, 0), (broken, stage.Hub.PublisherCount));
        Assert.Empty(stage.Hub.Topics);
    }

    // At the least 6000 frames, and on until the viewers' threads have had their share: on a busy machine they start late.
    private static void PublishMuch(Stage stage, Tally seen)
    {
        var rng = new Rng(99);
        for (var i = 0; i < 6000 || seen.Frames <= Tally.Enough; i++)
        {
            if (i % 1500 == 1499)
            {
                stage.End();
                stage.Start();
            }

            if (i % 500 == 0)
            {
                stage.Config(FrameKind.Video, i * 20);
            }

            stage.Publish(
                i % 2 == 0 ? FrameKind.Video : FrameKind.Audio, i % 40 == 0 ? FrameFlags.Key : FrameFlags.None, i * 20, rng.Below(4000));
            stage.Publication.Flush(stage.Now, TimeSpan.Zero);
        }
    }

    // A viewer parses all it gets: damage throws.
    private static (int Joins, long Frames) ComeAndGo(Stage stage, ulong seed, Tally seen, CancellationToken stop)
    {
        var rng = new Rng(seed);
        var joins = 0;
        var frames = 0L;
        do
        {
            var form = rng.Chance(0.5) ? Stage.Form : Stage.OtherForm;
            var viewer = new Viewer(stage, form);
            var refused = stage.Hub.Subscribe(
                "live", form, new SubscribeOptions { Policy = (SlowPolicy)rng.Below(2) }, viewer, stage.Now, out var place);
            Assert.Equal(Reason.None, refused);
            viewer.Place = place ?? throw new InvalidOperationException("No place.");
            joins++;
            for (var reads = rng.Below(200); reads > 0 && !stop.IsCancellationRequested; reads--)
            {
                // As a session would: it asks again when it is woken, not over and over.
                var wakes = viewer.Wakes;
                if (viewer.Read(rng.Between(100, 32 * 1024)) == FillStatus.CaughtUp)
                {
                    SpinWait.SpinUntil(() => viewer.Wakes != wakes || stop.IsCancellationRequested, Patience);
                }
            }

            var stats = viewer.Place.Stats;
            Assert.Equal(stats.Offered, stats.Delivered + stats.Dropped + stats.Filtered + stats.Queued);
            viewer.Place.Dispose();
            frames += viewer.Frames.Count;
            seen.Add(viewer.Frames.Count);
        }
        while (!stop.IsCancellationRequested);
        return (joins, frames);
    }

    private sealed class Tally
    {
        internal const long Enough = 1000;
        private long _frames;

        internal long Frames => Volatile.Read(ref _frames);

        internal void Add(int frames) => Interlocked.Add(ref _frames, frames);
    }
}
