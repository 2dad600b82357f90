namespace Quickwater.Server.Tests;

public sealed class DelayHistogramTests
{
    [Fact]
    public void Percentiles_are_at_most_a_bucket_above_the_truth()
    {
        var histogram = new DelayHistogram();
        for (var i = 1; i <= 100_000; i++)
        {
            histogram.Add(TimeSpan.FromMicroseconds(i));
        }

        Assert.Equal(100_000, histogram.Count);
        Assert.All([0.01, 0.5, 0.9, 0.99, 0.999], share =>
        {
            var truth = share * 100_000;
            Assert.InRange(histogram.Percentile(share).TotalMicroseconds, truth, truth * 1.04);
        });
        Assert.Equal(TimeSpan.FromMilliseconds(100), histogram.Percentile(1));
        Assert.Equal(TimeSpan.FromMilliseconds(100), histogram.Most);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    public void A_single_delay_is_every_percentile(int microseconds)
    {
        var histogram = new DelayHistogram();
        histogram.Add(TimeSpan.FromMicroseconds(microseconds));

        Assert.Equal(microseconds, histogram.Percentile(0.5).TotalMicroseconds);
        Assert.Equal(microseconds, histogram.Most.TotalMicroseconds);
    }

    [Fact]
    public void What_cannot_be_counted_exactly_is_counted_at_the_ends()
    {
        var histogram = new DelayHistogram();
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.99));
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(1));
        histogram.Add(TimeSpan.FromDays(1));
        Assert.Equal(int.MaxValue, histogram.Most.TotalMicroseconds);
    }
}
