using Quickwater.Core;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>Who is woken when, once frames were published.</summary>
public sealed class FlushTests : IDisposable
{
    private readonly Stage _stage = new(live: false);

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void A_flush_interval_joins_wakes_and_keeps_its_pace()
    {
        using var stage = new Stage(new HubLimits { FlushInterval = TimeSpan.FromMilliseconds(50) });
        var viewer = stage.Join();
        for (var at = 0; at < 990; at += 33)
        {
            viewer.ReadAll();
            stage.Publish(FrameKind.Video, at == 0 ? FrameFlags.Key : FrameFlags.None, at, 10);
            stage.Publication.Flush(stage.Now, TimeSpan.Zero);
            stage.Advance(0.033);
        }

        Assert.InRange(viewer.Wakes, 18, 21);
    }

    [Fact]
    public void A_part_of_the_viewers_is_woken_those_who_wait_for_the_longest_time()
    {
        _stage.Start();
        var viewers = JoinAll(_stage, 7);
        Assert.Equal([0, 1, 2], FlushPart(viewers, 1.0 / 3)); // rounded up
        Assert.Equal([3, 4, 5], FlushPart(viewers, 1.0 / 3));
        viewers[6].Place.Dispose();
        viewers.RemoveAt(6);
        Assert.Equal([0, 1], FlushPart(viewers, 1.0 / 3));
        Assert.Equal([2, 3], FlushPart(viewers, 1.0 / 3));
        Assert.Equal([4, 5], FlushPart(viewers, 1.0 / 3));
        Assert.Equal([0, 1, 2, 3, 4, 5], FlushPart(viewers, 1));
    }

    [Fact]
    public void Nobody_waits_longer_for_those_who_have_a_send_under_way()
    {
        _stage.Start();
        var viewers = JoinAll(_stage, 9);
        Assert.Equal([0, 1, 2], FlushPart(viewers, 1.0 / 3, reads: false)); // nothing comes back from them
        Assert.Equal([3, 4, 5], FlushPart(viewers, 1.0 / 3, reads: false));
        Assert.Equal([6, 7, 8], FlushPart(viewers, 1.0 / 3));
        Assert.Equal([6, 7, 8], FlushPart(viewers, 1.0 / 3));
    }

    [Fact]
    public void At_the_end_of_a_publication_all_viewers_are_woken()
    {
        _stage.Start();
        var viewers = JoinAll(_stage, 5);
        Assert.Equal([0], FlushPart(viewers, 0.2));
        var before = viewers.ConvertAll(static viewer => viewer.Wakes);
        _stage.End();
        Assert.All(viewers.Zip(before), static pair => Assert.Equal(pair.Second + 1, pair.First.Wakes));
    }

    [Fact]
    public void Parts_that_a_flush_interval_joins_add_up()
    {
        using var stage = new Stage(new HubLimits { FlushInterval = TimeSpan.FromMilliseconds(50) });
        var viewers = JoinAll(stage, 8);
        stage.Publication.Flush(stage.Now, TimeSpan.Zero, 0.25);
        stage.Audio(0);
        stage.Publication.Flush(stage.Now, TimeSpan.Zero, 0.25);
        stage.Publication.Flush(stage.Now, TimeSpan.Zero, 0.25);
        Assert.Equal([1, 1, 0, 0, 0, 0, 0, 0], viewers.Select(static viewer => viewer.Wakes));
        stage.Advance(0.05);
        Assert.Equal([1, 1, 1, 1, 1, 1, 0, 0], viewers.Select(static viewer => viewer.Wakes));
    }

    private static List<Viewer> JoinAll(Stage stage, int count) => [.. Enumerable.Range(0, count).Select(_ => stage.Join().ReadAll())];

    // Who is woken for one more frame.
    private List<int> FlushPart(List<Viewer> viewers, double part, bool reads = true)
    {
        _stage.Audio(_stage.Published.Count * 20);
        var before = viewers.ConvertAll(static viewer => viewer.Wakes);
        _stage.Publication.Flush(_stage.Now, TimeSpan.Zero, part);
        List<int> woken = [.. Enumerable.Range(0, viewers.Count).Where(i => viewers[i].Wakes > before[i])];
        foreach (var i in woken)
        {
            if (reads)
            {
                viewers[i].ReadAll();
            }
        }

        return woken;
    }
}
