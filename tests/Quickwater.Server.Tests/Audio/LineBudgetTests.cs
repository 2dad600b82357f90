using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class LineBudgetTests
{
    [Fact]
    [Requirement("AUD-9.5")]
    public void Of_many_lines_the_first_and_then_one_at_a_time_are_written_and_all_others_counted()
    {
        const int Offered = 2226, Seconds = 60;
        var time = new HandTime();
        var lines = new LineBudget(time);
        var (written, told) = (0L, 0L);
        for (var i = 0; i < Offered; i++)
        {
            if (lines.IsDue(out var unsaid))
            {
                written++;
                told += unsaid;
            }

            time.Elapsed += TimeSpan.FromSeconds(Seconds) / Offered;
        }

        Assert.InRange(written, LineBudget.AtOnce, LineBudget.AtOnce + (Seconds / LineBudget.Interval.TotalSeconds));
        Assert.Equal(Offered, written + told + lines.TakeUnsaid());
        Assert.Equal(0, lines.TakeUnsaid());
    }

    [Fact]
    public void Lines_that_come_now_and_then_are_all_written()
    {
        var time = new HandTime();
        var lines = new LineBudget(time);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(lines.IsDue(out var unsaid));
            Assert.Equal(0, unsaid);
            time.Elapsed += LineBudget.Interval;
        }

        // However long it was quiet, it is so many at once and no more.
        time.Elapsed += TimeSpan.FromDays(1);
        Assert.Equal(LineBudget.AtOnce, Enumerable.Range(0, 100).Count(_ => lines.IsDue(out var _)));
    }
}
