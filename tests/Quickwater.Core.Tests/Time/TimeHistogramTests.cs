using Xunit;

namespace Quickwater.Core.Tests;

public sealed class TimeHistogramTests
{
    [Fact]
    public void Percentiles_are_at_most_an_eighth_too_long()
    {
        var histogram = new TimeHistogram();
        var rng = new Rng(8);
        var spans = Enumerable.Range(0, 5000).Select(_ => TimeSpan.FromMicroseconds(Math.Pow(10, rng.Unit() * 9))).ToArray();
        foreach (var span in spans)
        {
            histogram.Add(span);
        }

        Array.Sort(spans);
        foreach (var part in new[] { 0.01, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var exact = spans[Math.Max(0, (int)Math.Ceiling(part * spans.Length) - 1)];
            Assert.InRange(histogram.Percentile(part), exact - TimeSpan.FromMicroseconds(1), (exact * 1.13) + TimeSpan.FromMicroseconds(1));
        }

        Assert.Equal((5000, spans[^1]), (histogram.Count, histogram.Max));
    }

    [Fact]
    public void Nothing_and_the_extremes_are_counted_without_harm()
    {
        var histogram = new TimeHistogram();
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.99));
        histogram.Add(TimeSpan.FromSeconds(-1));
        histogram.Add(TimeSpan.MaxValue);
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.5));
        Assert.True(histogram.Percentile(1) >= TimeSpan.FromMinutes(59));
    }
}
