using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>Which reason a viewer hears that is closed because the ring let go of what it had not got: its own bound, or the ring's.</summary>
public sealed class CloseSlowTests
{
    private static readonly TimeSpan RingKeeps = TimeSpan.FromSeconds(2);

    [Fact]
    [Requirement("RTMP-5.9")]
    public void Behind_the_ring_and_over_its_own_bound_it_ends_for_its_bound() => Assert.Equal(Reason.LagTimeExceeded, EndOf(RingKeeps / 2, seconds: 8));

    [Fact]
    [Requirement("RTMP-5.9")]
    public void Behind_the_ring_and_within_its_own_bound_it_ends_for_the_ring() => Assert.Equal(Reason.FellBehindRing, EndOf(RingKeeps * 10, seconds: 8));

    private static Reason EndOf(TimeSpan lagMax, int seconds)
    {
        using var stage = new Stage(new HubLimits { RetainMax = RingKeeps });
        var viewer = stage.Join(new SubscribeOptions { Policy = SlowPolicy.CloseSlow, LagTimeMax = lagMax }).ReadAll();
        stage.Key(0);
        viewer.ReadAll();
        for (var second = 1; second <= seconds; second++)
        {
            stage.Gop(second * 1000, 25);
        }

        Assert.True(viewer.Place.Stats.Dropped > 0, "the ring let go of nothing");
        Assert.Equal(FillStatus.Over, viewer.Read());
        return viewer.Place.Ended;
    }
}
