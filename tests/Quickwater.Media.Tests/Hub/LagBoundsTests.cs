using Quickwater.Core;
using Quickwater.Core.Tests;

namespace Quickwater.Media.Tests;

/// <summary>The bounds of a viewer that lags, to the millisecond and the byte: 5 s and 32 MiB, and while it catches up 20 s and 64 MiB.</summary>
public sealed class LagBoundsTests
{
    private const long Mebi = 1 << 20;

    private static readonly SubscribeOptions s_options = new();
    private static readonly Instant s_joined = Instant.Zero + TimeSpan.FromHours(1);

    [Theory]
    [InlineData(5000, 32 * Mebi, Reason.None)]
    [InlineData(5001, 0, Reason.LagTimeExceeded)]
    [InlineData(0, (32 * Mebi) + 1, Reason.LagBytesExceeded)]
    [InlineData(5001, (32 * Mebi) + 1, Reason.LagBytesExceeded)]
    public void A_viewer_that_met_the_live_edge_has_its_time_and_its_bytes(int milliseconds, long bytes, Reason why)
    {
        var bounds = CaughtUp();
        Assert.Equal(why, bounds.Exceeded(Behind(milliseconds, bytes), s_options.LagTimeMax, 0, null, s_joined));
    }

    [Theory]
    [InlineData(20_000, 60_000, 64 * Mebi, Reason.None, false)]
    [InlineData(20_001, 5000, 0, Reason.None, true)]
    [InlineData(20_001, 5001, 64 * Mebi, Reason.CatchUpTimeout, true)]
    [InlineData(0, 5001, (64 * Mebi) + 1, Reason.LagBytesExceeded, true)]
    [InlineData(0, 0, (64 * Mebi) + 1, Reason.LagBytesExceeded, true)]
    public void A_joiner_has_longer_until_it_has_caught_up(int since, int milliseconds, long bytes, Reason why, bool caughtUp)
    {
        var bounds = new LagBounds(s_options, s_joined);
        Assert.Equal(why, bounds.Exceeded(Behind(milliseconds, bytes), s_options.LagTimeMax, 0, null, s_joined + TimeSpan.FromMilliseconds(since)));
        Assert.Equal(caughtUp, bounds.HasCaughtUp);
    }

    [Theory]
    [InlineData(4000, 1000, 1000, Reason.None)]
    [InlineData(4001, 1000, 1000, Reason.LagTimeExceeded)]
    [InlineData(4001, 1000, 0, Reason.None)] // nobody knows how long that is
    [InlineData(100, 1_000_000, 1000, Reason.None)] // not behind by more than a batch
    [InlineData(101, 1_000_000, 1000, Reason.LagTimeExceeded)]
    [InlineData(101, long.MaxValue, 1, Reason.LagTimeExceeded)]
    public void What_the_operating_system_holds_adds_its_time(int milliseconds, long unacknowledged, long bytesPerSecond, Reason why)
    {
        var leaks = new LeakCounters();
        var transport = new ScriptTransport(leaks) { UnacknowledgedBytes = unacknowledged };
        var batch = new SendBatch();
        batch.Begin(4096, transport);
        var bounds = CaughtUp();
        Assert.Equal(why, bounds.Exceeded(Behind(milliseconds, 0), s_options.LagTimeMax, bytesPerSecond, batch, s_joined));
        Assert.Equal(Reason.None, bounds.Exceeded(Behind(milliseconds, 0), s_options.LagTimeMax, bytesPerSecond, null, s_joined));
        batch.Release();
        transport.Close();
    }

    [Theory]
    [InlineData(2500, 16 * Mebi, 5, Reason.None)]
    [InlineData(2501, 16 * Mebi, 5, Reason.LagTimeExceeded)]
    [InlineData(0, (16 * Mebi) + 1, 5, Reason.LagBytesExceeded)]
    [InlineData(2000, 0, 2, Reason.None)]
    [InlineData(2001, 0, 2, Reason.LagTimeExceeded)]
    public void Disposable_pictures_are_left_out_from_half_of_the_bounds_on(int milliseconds, long bytes, int lagSeconds, Reason why)
    {
        var options = s_options with { LagTimeMax = TimeSpan.FromSeconds(lagSeconds) };
        var bounds = new LagBounds(options, s_joined);
        Assert.Equal(Reason.None, bounds.Thins(Behind(milliseconds, bytes)));
        bounds.MetLiveEdge();
        Assert.Equal(why, bounds.Thins(Behind(milliseconds, bytes)));
    }

    [Theory]
    [InlineData(7500, (48 * Mebi) + 2, true)]
    [InlineData(7501, 0, false)]
    [InlineData(0, (48 * Mebi) + 3, false)]
    public void Keys_are_kept_within_half_as_much_again(int milliseconds, long bytes, bool kept) =>
        Assert.Equal(kept, Behind(milliseconds, bytes).KeepsKeys(s_options));

    [Theory]
    [InlineData(5, 0, 65_536)]
    [InlineData(5, 200_000, 131_072)]
    [InlineData(2, 0, 65_536)]
    [InlineData(1.9, 0, 8192)]
    [InlineData(1, 100_000, 32_768)]
    [InlineData(5, long.MaxValue, 1 << 30)]
    public void The_kernel_may_hold_half_a_second_of_the_stream_and_less_for_a_short_bound(double lagSeconds, long bytesPerSecond, int bytes)
    {
        var bounds = new LagBounds(s_options with { LagTimeMax = TimeSpan.FromSeconds(lagSeconds) }, s_joined);
        Assert.Equal(bytes, bounds.UnsentBytes(bytesPerSecond));
    }

    [Fact]
    public void What_the_kernel_may_hold_grows_at_once_and_shrinks_only_below_a_quarter()
    {
        var bounds = new LagBounds(s_options, s_joined);
        Assert.Equal(1 << 20, bounds.UnsentBytes(2_000_000));
        Assert.Equal(1 << 20, bounds.UnsentBytes(2 << 20));
        Assert.Equal(1 << 20, bounds.UnsentBytes(512 << 10)); // a quarter of it
        Assert.Equal(256 << 10, bounds.UnsentBytes((512 << 10) - 2));
        Assert.Equal(512 << 10, bounds.UnsentBytes((512 << 10) + 2));
    }

    private static LagBounds CaughtUp()
    {
        var bounds = new LagBounds(s_options, s_joined);
        bounds.MetLiveEdge();
        return bounds;
    }

    private static Lag Behind(int milliseconds, long bytes) => new(TimeSpan.FromMilliseconds(milliseconds), bytes);
}
