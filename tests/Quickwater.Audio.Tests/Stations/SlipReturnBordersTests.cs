using Quickwater.Core;

namespace Quickwater.Audio.Tests;

/// <summary>When a slip is taken back and how much of it: chunks of 20 ms, so 40 ms stay ready.</summary>
public sealed class SlipReturnBordersTests
{
    private SlipReturn _slips;
    private double _seconds = 100;

    [Theory]
    [InlineData(9.999, 100, 0)]
    [InlineData(10, 100, 60)]
    [InlineData(10, 60, 20)] // half of what stays ready
    [InlineData(10, 59.9, 0)]
    [InlineData(10, 5000, 500)] // the whole slip and no more
    public void After_a_calm_window_what_was_ready_all_the_time_is_taken_back(double calm, double spare, double taken)
    {
        Slip(500);
        Assert.Equal(0, Publish(calm, spare));
        Assert.Equal(taken, TakeAll(spare));
        Assert.Equal(taken < 500, _slips.IsOwed);
    }

    [Fact]
    public void It_is_taken_back_by_a_twentieth_of_each_chunk()
    {
        Slip(2.5);
        Publish(10, 1000);
        Assert.Equal([1, 1, 0.5, 0], Enumerable.Range(0, 4).Select(_ => Publish(0.02, 1000)));
        Assert.Equal((2.5, false), (_slips.Total.TotalMilliseconds, _slips.IsOwed));
    }

    [Fact]
    public void The_least_that_was_ready_counts()
    {
        Slip(500);
        Publish(1, 200);
        Publish(1, 80);
        Publish(8, 200);
        Assert.Equal(40, TakeAll(200));
    }

    [Theory]
    [InlineData(40, 60)] // that began the window again, so it is over now
    [InlineData(40.1, 0)] // that did not: it was over five seconds ago, with too little, and the next is not
    public void Want_begins_the_window_again(double spare, double taken)
    {
        Slip(500);
        Publish(5, spare);
        Publish(5, 100);
        Assert.Equal(0, TakeAll(100));
        Publish(4.9, 100);
        Publish(0.1, 100);
        Assert.Equal(taken, TakeAll(100));
    }

    [Fact]
    public void Want_ends_the_taking()
    {
        Slip(500);
        Publish(10, 100);
        Assert.Equal(1, Publish(0.02, 100));
        Assert.Equal(0, Publish(0.02, 40));
        Assert.Equal(0, TakeAll(100));
        Assert.Equal(1, _slips.Total.TotalMilliseconds);
    }

    [Theory]
    [InlineData(599.9, 40)]
    [InlineData(600, 10)]
    public void A_slip_soon_after_makes_the_window_longer(double after, double window)
    {
        Slip(500);
        TakeBack(window: 10);
        Wait(after);
        Slip(500);
        TakeBack(window);
    }

    [Fact]
    public void The_window_grows_to_ten_minutes()
    {
        foreach (var window in new[] { 10.0, 40, 160, 600, 600 })
        {
            Slip(500);
            TakeBack(window);
        }
    }

    [Fact]
    public void Who_goes_on_the_air_again_is_not_late()
    {
        Slip(500);
        Assert.True(_slips.IsOwed);
        _slips.Start();
        Assert.False(_slips.IsOwed);
        Publish(10, 1000);
        Assert.Equal(0, TakeAll(1000));
    }

    // Nothing before the window is over, and then something.
    private void TakeBack(double window)
    {
        Publish(window - 0.1, 100);
        Assert.Equal(0, Publish(0.02, 100));
        Publish(0.08, 100);
        Assert.Equal(60, TakeAll(100));
    }

    private double TakeAll(double spare)
    {
        var sum = 0.0;
        for (var part = Publish(0, spare); part > 0; part = Publish(0, spare))
        {
            sum += part;
        }

        return sum;
    }

    private void Wait(double seconds) => _seconds += seconds;

    private void Slip(double milliseconds) => _slips.Slipped(TimeSpan.FromMilliseconds(milliseconds), Now);

    private double Publish(double after, double spare)
    {
        Wait(after);
        return _slips.Published(TimeSpan.FromMilliseconds(spare), TimeSpan.FromMilliseconds(20), Now).TotalMilliseconds;
    }

    private Instant Now => Instant.Zero + TimeSpan.FromMilliseconds(Math.Round(_seconds * 1000));
}
