namespace Quickwater.Bench;

/// <summary>Repeated measurements of one thing. The median is what counts: other work on the machine spoils single ones.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public double Median => MedianOf(_values);

    public double Least => _values.Min();

    public double Most => _values.Max();

    public void Add(double value) => _values.Add(value);

    /// <summary>The median of the ratios round by round: what slows a round down slows both, so this is steadier than a ratio of medians.</summary>
    public double RatioTo(Samples floor) => MedianOf(_values.Zip(floor._values, (mine, its) => mine / its));

    /// <summary>A cell of a table: the median, the least and most, and the ratio.</summary>
    public string Cell(Samples floor, string format) =>
        $"{Median.ToString(format)} ({Least.ToString(format)}-{Most.ToString(format)}) {RatioTo(floor):0.00}x";

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
