using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>What is kept for who joins: whole groups, 2 s at least and 60 s at most.</summary>
public sealed class ReplayBufferTests : IDisposable
{
    private readonly LeakCounters _leaks = new();
    private readonly PooledBytes.Pool _buffers;
    private readonly Frame.Pool _frames;
    private readonly ReplayBuffer _replay = new(new HubLimits());

    public ReplayBufferTests() => (_buffers, _frames) = (new PooledBytes.Pool(_leaks), new Frame.Pool(_leaks));

    [Fact]
    public void Nothing_is_kept_before_the_first_key()
    {
        Add(0, FrameFlags.None);
        Assert.Equal((0L, null), (_replay.Bytes, _replay.Oldest));
        Add(40, FrameFlags.Key);
        Assert.Equal(40, _replay.Oldest);
    }

    [Theory]
    [InlineData(2999, 0)]
    [InlineData(3000, 1000)]
    public void A_group_goes_when_those_behind_it_cover_the_least(int last, int oldest)
    {
        var bytes = Add(0, FrameFlags.Key) + Add(40, FrameFlags.None);
        var rest = Add(1000, FrameFlags.Key) + Add(1040, FrameFlags.None) + Add(last, FrameFlags.Key);
        Assert.Equal(oldest, _replay.Oldest);
        Assert.Equal(oldest == 0 ? bytes + rest : rest, _replay.Bytes);
    }

    [Fact]
    public void Several_groups_go_at_once_when_time_went_on()
    {
        Add(0, FrameFlags.Key);
        Add(100, FrameFlags.Key);
        Add(200, FrameFlags.Key);
        var rest = Add(2200, FrameFlags.Key);
        Assert.Equal(200, _replay.Oldest);
        Assert.Equal(2 * rest, _replay.Bytes);
    }

    [Theory]
    [InlineData(60_000, true)]
    [InlineData(60_001, false)]
    public void A_group_that_never_ends_is_kept_up_to_the_most_and_then_not_at_all(int last, bool kept)
    {
        Add(0, FrameFlags.Key);
        Add(last, FrameFlags.None);
        Assert.Equal(kept ? 0L : null, _replay.Oldest);
        Assert.Equal(kept, _replay.Bytes > 0);
        Add(last + 1, FrameFlags.None);
        Add(last + 2, FrameFlags.Key);
        Assert.Equal(last + 2, _replay.Oldest);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 20)]
    public void Bytes_beyond_the_most_cost_the_oldest_group(int over, int oldest)
    {
        var most = Add(0, FrameFlags.Key) + Add(20, FrameFlags.Key);
        most += Add(30, FrameFlags.None, bytesMax: (most / 2 * 3) - over);
        Assert.Equal(oldest, _replay.Oldest);
        Assert.Equal(oldest == 0 ? most : most / 3 * 2, _replay.Bytes);
    }

    public void Dispose()
    {
        _replay.Clear();
        Assert.Equal((0L, null), (_replay.Bytes, _replay.Oldest));
        Assert.True(_leaks.Read().IsZero);
    }

    // The memory of the frame.
    private int Add(long clock, FrameFlags flags, long bytesMax = long.MaxValue)
    {
        var payload = _buffers.Rent();
        payload.Append(new byte[100]);
        var frame = _frames.Create(FrameKind.Video, flags, clock, payload);
        var bytes = frame.BytesHeld;
        _replay.Add(frame, flags, new MediaTime(clock), clock, ConfigSet.Empty, bytesMax);
        frame.Release();
        return bytes;
    }
}
