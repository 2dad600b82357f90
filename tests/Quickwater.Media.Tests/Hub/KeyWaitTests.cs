using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>Encoders that send no keys: their pictures count as keys after 10 s, or after 60 s when there was a key once.</summary>
public sealed class KeyWaitTests
{
    private readonly LeakCounters _leaks = new();
    private KeyWait _wait;

    [Theory]
    [InlineData(FrameFlags.None, 10_000, false)]
    [InlineData(FrameFlags.None, 10_001, true)]
    [InlineData(FrameFlags.Key, 10_001, false)]
    [InlineData(FrameFlags.Key, 60_000, false)]
    [InlineData(FrameFlags.Key, 60_001, true)]
    public void A_picture_counts_as_a_key_when_none_came_for_too_long(FrameFlags first, long clock, bool counts)
    {
        Assert.Equal((false, false), Look(first, 0));
        Assert.Equal((counts, counts), Look(FrameFlags.None, clock));
        Assert.Equal((true, !counts), Look(FrameFlags.None, 60_002)); // it begins once
    }

    [Fact]
    public void A_key_begins_the_wait_again()
    {
        Look(FrameFlags.None, 0);
        Assert.Equal((true, true), Look(FrameFlags.None, 20_000));
        Assert.Equal((false, false), Look(FrameFlags.Key, 20_040));
        Assert.Equal((false, false), Look(FrameFlags.None, 80_040));
        Assert.Equal((true, true), Look(FrameFlags.None, 80_041));
    }

    [Fact]
    public void Sound_configurations_and_disposable_pictures_never_count()
    {
        Look(FrameFlags.None, 0);
        Assert.Equal((false, false), Look(FrameFlags.None, 20_000, FrameKind.Audio));
        Assert.Equal((false, false), Look(FrameFlags.Config, 20_000));
        Assert.Equal((false, false), Look(FrameFlags.Disposable, 20_000));
        Assert.Equal((true, true), Look(FrameFlags.None, 20_000));
    }

    [Theory]
    [InlineData(FrameFlags.Key, 30_000, false)]
    [InlineData(FrameFlags.None, 30_000, true)]
    public void After_a_silence_it_is_still_known_whether_the_encoder_sends_keys(FrameFlags before, long clock, bool counts)
    {
        Look(before, 0);
        _wait = _wait.Resumed();
        Assert.Equal((false, false), Look(FrameFlags.None, 15_000)); // the first picture of a wait begins it
        Assert.Equal((counts, counts), Look(FrameFlags.None, clock));
    }

    private (bool Counts, bool Begins) Look(FrameFlags flags, long clock, FrameKind kind = FrameKind.Video)
    {
        var payload = new PooledBytes.Pool(_leaks).Rent();
        var frame = new Frame.Pool(_leaks).Create(kind, flags, clock, payload);
        var counts = _wait.Judge(frame, clock, new HubLimits(), out var begins) == FrameFlags.Key;
        frame.Release();
        return (counts, begins);
    }
}
