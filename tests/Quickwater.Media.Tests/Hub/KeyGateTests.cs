using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>Which frame a viewer gets, at the borders: with the usual bounds, 2.5 s is calm, 5 s the bound, 7.5 s that of keys, 10 s that of sound.</summary>
public sealed class KeyGateTests
{
    private static readonly SubscribeOptions s_options = new();

    [Fact]
    public void A_picture_that_builds_on_others_waits_for_a_key_and_sound_does_not()
    {
        var gate = default(KeyGate);
        Assert.Equal(Reason.None, Judge(ref gate, Of(FrameKind.Audio), 1));
        Assert.False(gate.IsShut);
        Assert.Equal(Reason.AwaitingKey, Judge(ref gate, Of(FrameKind.Video), 2));
        Assert.Equal((true, false), (gate.IsShut, gate.IsDropping));
        Assert.Equal(Reason.None, Judge(ref gate, Of(FrameKind.Video, FrameFlags.Key), 3));
        Assert.Equal((false, false), (gate.IsShut, gate.IsOpen)); // open for all that follows when the key has gone out
        gate.Passed(Of(FrameKind.Video));
        gate.Passed(Of(FrameKind.Audio, FrameFlags.Key));
        Assert.False(gate.IsOpen);
        gate.Passed(Of(FrameKind.Video, FrameFlags.Key));
        gate.Passed(Of(FrameKind.Audio));
        Assert.True(gate.IsOpen);
        Assert.Equal(Reason.None, Judge(ref gate, Of(FrameKind.Video), 4));
        gate.StartPublication(5);
        Assert.Equal((true, false, false), (gate.IsShut, gate.IsDropping, gate.IsOpen));
    }

    [Theory]
    [InlineData(9, 0, Reason.AwaitingKey)]
    [InlineData(10, 0, Reason.None)]
    [InlineData(10, 5000, Reason.None)]
    [InlineData(10, 5001, Reason.AwaitingKey)]
    public void A_joiner_starts_with_a_key_at_its_place_that_is_near_enough(long at, int behind, Reason why)
    {
        var gate = default(KeyGate);
        gate.Shut(10, Reason.AwaitingKey);
        Assert.Equal(why, Judge(ref gate, Of(FrameKind.Video, FrameFlags.Key), at, behind));
        Assert.Equal(why != Reason.None, gate.IsShut);
    }

    [Theory]
    [InlineData(2500, Reason.None, false)]
    [InlineData(2501, Reason.None, true)] // alone: it shows something, and what builds on it does not come
    [InlineData(7500, Reason.None, true)]
    [InlineData(7501, Reason.LagTimeExceeded, true)]
    public void Who_dropped_gets_keys_and_goes_on_at_one_where_it_is_calm(int behind, Reason why, bool shut)
    {
        var gate = default(KeyGate);
        gate.Shut(10, Reason.LagTimeExceeded);
        Assert.True(gate.IsDropping);
        Assert.Equal(Reason.LagTimeExceeded, Judge(ref gate, Of(FrameKind.Video), 10));
        Assert.Equal(why, Judge(ref gate, Of(FrameKind.Video, FrameFlags.Key), 10, behind));
        Assert.Equal(shut, gate.IsShut);
    }

    [Theory]
    [InlineData(Reason.AwaitingKey, true, 60_000, true)]
    [InlineData(Reason.LagTimeExceeded, true, 60_000, true)]
    [InlineData(Reason.AwaitingKey, false, 5001, false)]
    [InlineData(Reason.LagTimeExceeded, false, 5000, true)]
    [InlineData(Reason.LagTimeExceeded, false, 5001, false)]
    public void The_latest_key_is_near_enough_for_who_catches_up_and_else_within_the_bound(Reason shut, bool catchesUp, int behind, bool opens)
    {
        var gate = default(KeyGate);
        gate.Shut(10, shut);
        gate.Judge(Of(FrameKind.Video, FrameFlags.Key), 10, true, Behind(behind), s_options with { CatchesUp = catchesUp }, null);
        Assert.Equal(opens, !gate.IsShut);
    }

    [Theory]
    [InlineData(10_000, Reason.None)]
    [InlineData(10_001, Reason.LagTimeExceeded)]
    public void Sound_goes_on_while_pictures_are_dropped_until_its_own_bound(int behind, Reason why)
    {
        var gate = default(KeyGate);
        gate.Shut(10, Reason.LagTimeExceeded);
        Assert.Equal(why, Judge(ref gate, Of(FrameKind.Audio), 10, behind));
        Assert.True(gate.IsShut);
    }

    [Theory]
    [InlineData(FrameFlags.Disposable, 2500, Reason.None)]
    [InlineData(FrameFlags.Disposable, 2501, Reason.LagBytesExceeded)]
    [InlineData(FrameFlags.None, 2501, Reason.None)]
    public void While_it_thins_disposable_pictures_stay_out_where_it_is_not_calm(FrameFlags flags, int behind, Reason why)
    {
        var gate = default(KeyGate);
        gate.Passed(Of(FrameKind.Video, FrameFlags.Key));
        Assert.Equal(Reason.None, Judge(ref gate, Of(FrameKind.Video, FrameFlags.Disposable), 10, behind));
        gate.Thins = Reason.LagBytesExceeded;
        Assert.False(gate.IsOpen);
        Assert.Equal(why, Judge(ref gate, Of(FrameKind.Video, flags), 10, behind));
    }

    private static Reason Judge(ref KeyGate gate, WireRing.Entry entry, long at, int behind = 0) =>
        gate.Judge(entry, at, false, Behind(behind), s_options, null);

    private static Lag Behind(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds), 0);

    private static WireRing.Entry Of(FrameKind kind, FrameFlags flags = FrameFlags.None) => new() { Kind = kind, Flags = flags };
}
