using System.Globalization;

namespace Quickwater.Interop.Tests;

/// <summary>One answer of <c>/metrics</c>, in Prometheus' text format.</summary>
internal sealed class Metrics(string text)
{
    private readonly string[] _samples =
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))];

    /// <summary>The sum of the samples of a metric that have all these labels, each as <c>name="value"</c>; 0 when there are none.</summary>
    public double Sum(string metric, params string[] labels) => _samples
        .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line[metric.Length] is ' ' or '{'
            && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>What is alive: sockets, frames, segments and buffers.</summary>
    public (double Sockets, double Frames, double Segments, double Buffers) Alive =>
        (CountOf("socket"), CountOf("frame"), CountOf("segment"), CountOf("buffer"));

    /// <summary>Connections that closed for a reason.</summary>
    public double Closed(string reason) => Sum("quickwater_connections_closed_total", $"reason=\"{reason}\"");

    /// <summary>Connections that are open.</summary>
    public double Connections => Sum("quickwater_connections");

    public override string ToString() =>
        string.Join('\n', _samples.Where(line => line.StartsWith("quickwater_", StringComparison.Ordinal)));

    private double CountOf(string kind) => Sum("quickwater_alive", $"kind=\"{kind}\"");
}
