using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>A topic's time line and the stream's own clock beside it.</summary>
public sealed class TimeLineTests
{
    private TimeLine _line;
    private Instant _now = Instant.Zero + TimeSpan.FromHours(1);

    [Theory]
    [InlineData(40, 0, 40, 5040)]
    [InlineData(1000, 0, 1000, 6000)]
    [InlineData(1001, 1001, 40, 6001)]
    [InlineData(-1, 0, 0, 5000)]
    [InlineData(-1000, 0, 0, 5000)]
    [InlineData(-1001, -1001, 40, 3999)]
    public void A_step_of_more_than_a_second_is_a_jump_and_no_more_passes_on_the_clock_than_did(int step, int gap, int clock, int edge)
    {
        Map(5000, after: 0);
        Assert.Equal((0L, 5000L), (_line.Clock, _line.Edge.Milliseconds));
        var (time, jumped) = Map(5000 + step, after: 40);
        Assert.Equal((5000L + step, gap), (time, jumped));
        Assert.Equal((clock, edge), (_line.Clock, _line.Edge.Milliseconds));
    }

    [Fact]
    public void A_jump_that_really_took_longer_counts_by_its_span()
    {
        Map(0, after: 0);
        Assert.Equal((1500L, 1500), Map(1500, after: 4000));
        Assert.Equal(1500, _line.Clock);
    }

    [Theory]
    [InlineData(3000, 3000)]
    [InlineData(0, 1)]
    public void A_new_publisher_goes_on_as_far_behind_as_the_break_was_long(int pause, int passed)
    {
        Map(5000, after: 0);
        Map(5040, after: 40);
        _line.StartPublication();
        Assert.Equal((5040L + passed, 0), Map(70_000, after: pause));
        Assert.Equal(40 + passed, _line.Clock);
        Assert.Equal((5040L + passed + 20, 0), Map(70_020, after: 20));
        Assert.Equal(60 + passed, _line.Clock);
    }

    private (long Time, int Gap) Map(long source, int after)
    {
        _now += TimeSpan.FromMilliseconds(after);
        var time = _line.Map(source, _now, out var gap);
        return (time.Milliseconds, (int)gap.TotalMilliseconds);
    }
}
