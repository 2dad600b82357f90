using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>What a ring keeps, and where it lets viewers start: a key is 60 s old at most, other frames 10 s.</summary>
public sealed class WireRingTests : IDisposable
{
    private const int FrameBytes = TestForm.HeaderBytes + 10;

    private readonly LeakCounters _leaks = new();
    private readonly WireRing _ring;

    public WireRingTests() => _ring = new WireRing(Stage.Form, new Segment.Pool(_leaks), new HubLimits());

    [Theory]
    [InlineData(10_000, 0)]
    [InlineData(10_001, 1)]
    [InlineData(15_001, 2)]
    [InlineData(99_999, 2)] // the latest stays
    public void Frames_are_kept_for_their_time(long clock, long first)
    {
        Add(0);
        Add(5000);
        Add(6000);
        _ring.Trim(clock, long.MaxValue);
        Assert.Equal((first, 3L), (_ring.First, _ring.Next));
    }

    [Theory]
    [InlineData(60_000, 1, 1)]
    [InlineData(60_001, 3, -1)]
    public void What_follows_the_latest_key_is_kept_until_nobody_may_start_there(long clock, long first, long key)
    {
        Add(-10);
        Add(0, FrameFlags.Key);
        Add(10);
        Add(20);
        _ring.Trim(clock, long.MaxValue);
        Assert.Equal((first, key), (_ring.First, _ring.LatestKey));
    }

    [Fact]
    public void Bytes_beyond_the_most_cost_the_oldest_frames_and_the_key_among_them()
    {
        Add(0, FrameFlags.Key);
        Add(0);
        Add(0);
        var held = _ring.BytesHeld;
        _ring.Trim(0, held);
        Assert.Equal((0L, 0L), (_ring.First, _ring.LatestKey));
        _ring.Trim(0, held - 1);
        Assert.Equal((1L, -1L), (_ring.First, _ring.LatestKey));
        Assert.InRange(_ring.BytesHeld, 1, held - 1);
        _ring.Trim(0, 0);
        Assert.Equal((2L, 3L), (_ring.First, _ring.Next));
    }

    [Theory]
    [InlineData(2000, 2)]
    [InlineData(2999, 2)]
    [InlineData(3000, 1)]
    [InlineData(3999, 1)]
    [InlineData(4000, 0)]
    [InlineData(0, 4)] // none is so near: the latest
    public void A_viewer_starts_at_the_earliest_key_within_its_time(int behind, long key)
    {
        Add(0, FrameFlags.Key);
        Add(1000, FrameFlags.Key);
        Add(2000, FrameFlags.Key);
        Add(2500);
        Add(3000, FrameFlags.Key);
        Assert.Equal(key, _ring.KeyWithin(TimeSpan.FromMilliseconds(behind), 4000));
    }

    [Fact]
    public void Nobody_starts_before_the_end_of_a_publication()
    {
        Add(0, FrameFlags.Key);
        _ring.AppendEnd(new MediaTime(10), 10, Reason.PeerClosed, ConfigSet.Empty, 1);
        Assert.Equal((-1L, -1L), (_ring.LatestKey, _ring.KeyWithin(TimeSpan.MaxValue, 20)));
        Add(20, FrameFlags.Key);
        Assert.Equal(2, _ring.KeyWithin(TimeSpan.MaxValue, 20));
    }

    [Fact]
    public void The_latest_key_is_taken_when_it_is_near_enough_and_within_the_stretch()
    {
        Add(0);
        Add(100, FrameFlags.Key);
        Add(200);
        Assert.Equal(1, _ring.NearKey(600, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(-1, _ring.NearKey(601, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(1, _ring.KeyBetween(1, 2, 600, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(3, _ring.KeyBetween(2, 3, 600, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(1, _ring.KeyBetween(0, 1, 600, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(2, _ring.KeyBetween(0, 2, 601, TimeSpan.FromMilliseconds(500)));
        _ring.ForgetKey();
        Assert.Equal(-1, _ring.NearKey(200, TimeSpan.MaxValue));
    }

    [Fact]
    public void A_place_is_as_far_behind_as_its_time_and_its_bytes()
    {
        Add(100);
        Add(140);
        Assert.Equal(new Lag(TimeSpan.FromMilliseconds(400), 2 * FrameBytes), _ring.LagAt(0, 500));
        Assert.Equal(new Lag(TimeSpan.FromMilliseconds(360), FrameBytes), _ring.LagAt(1, 500));
        Assert.Equal(default, _ring.LagAt(2, 500));
        Assert.Equal(2 * FrameBytes, _ring.EndPosition);
        Assert.Equal((0L, 1L, 2L), (_ring.Before(0).Frames, _ring.Before(1).Frames, _ring.Before(2).Frames));
    }

    [Theory]
    [InlineData((2 * FrameBytes) - 1, 1000, 2)]
    [InlineData(2 * FrameBytes, 1000, 3)]
    [InlineData(1000, 79, 2)]
    [InlineData(1000, 80, 3)]
    [InlineData(1000, 1000, 4)] // the next is another publication's
    public void Frames_that_lie_behind_one_another_are_one_slice_up_to_the_room_and_the_time(int room, long until, long end)
    {
        Add(0);
        Add(40);
        Add(80);
        Add(120);
        Add(160, epoch: 2);
        var cursor = 1L;
        Assert.Equal((int)(end - 1) * FrameBytes, _ring.Slice(ref cursor, _ring[0], room, until, TrackSet.Of(0)));
        Assert.Equal(end, cursor);
    }

    [Fact]
    public void More_frames_than_there_was_room_for_in_the_index_are_all_found()
    {
        for (var i = 0; i < 1000; i++)
        {
            Add(i);
            _ring.Trim(i, i < 500 ? long.MaxValue : _ring.BytesHeld - 1); // its front moves on too
        }

        Assert.Equal(1000, _ring.Next);
        for (var at = _ring.First; at < _ring.Next; at++)
        {
            Assert.Equal((at, at * FrameBytes), (_ring[at].Clock, _ring[at].Position));
        }
    }

    public void Dispose()
    {
        _ring.Free();
        Assert.Equal(0, _ring.BytesHeld);
        Assert.True(_leaks.Read().IsZero);
    }

    private void Add(long clock, FrameFlags flags = FrameFlags.None, int epoch = 1) =>
        _ring.Append(FrameKind.Video, flags, new MediaTime(clock), clock, new byte[10], ConfigSet.Empty, epoch, TrackSet.Of(0));
}
