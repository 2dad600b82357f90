using System.Diagnostics.Metrics;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

[Requirement("RTMP-18.3")]
public sealed class PrometheusCollectorTests : IDisposable
{
    private readonly Meter _meter = new("Quickwater");
    private readonly PrometheusCollector _collector;

    public PrometheusCollectorTests() =>
        _collector = new PrometheusCollector(meter => ReferenceEquals(meter, _meter), seriesMax: 3);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Writes_counters_with_sorted_and_escaped_labels()
    {
        var counter = _meter.CreateCounter<long>("quickwater.closed", unit: "{connection}", description: "Closed.\nBy \\reason.");
        counter.Add(2, new("reason", "a\"b\\c\nd"), new KeyValuePair<string, object?>("fault", "peer"));
        counter.Add(3, new("fault", "peer"), new KeyValuePair<string, object?>("reason", "a\"b\\c\nd"));

        Assert.Equal(
            """
            # HELP quickwater_closed_total Closed.\nBy \\reason.
            # TYPE quickwater_closed_total counter
            quickwater_closed_total{fault="peer",reason="a\"b\\c\nd"} 5

            """,
            _collector.Collect());
    }

    [Fact]
    public void Writes_gauges_anew_at_each_collection()
    {
        var streams = new Dictionary<string, long>(StringComparer.Ordinal) { ["live/a"] = 1, ["live/b"] = 2 };
        _meter.CreateObservableGauge(
            "quickwater.stream.viewers", () => streams.Select(pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("stream", pair.Key))));

        Assert.Contains("quickwater_stream_viewers{stream=\"live/b\"} 2\n", _collector.Collect(), StringComparison.Ordinal);
        streams.Remove("live/b");
        streams["live/a"] = 7;

        Assert.Equal(
            "# HELP quickwater_stream_viewers \n# TYPE quickwater_stream_viewers gauge\nquickwater_stream_viewers{stream=\"live/a\"} 7\n",
            _collector.Collect());
    }

    [Fact]
    public void Puts_units_into_names_and_writes_fractions_with_a_point()
    {
        _meter.CreateObservableCounter("quickwater.received", () => 1.5, unit: "By", description: "Bytes.");

        Assert.Contains("quickwater_received_bytes_total 1.5\n", _collector.Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_does_not_end_like_a_part_of_a_histogram()
    {
        _meter.CreateObservableGauge("dotnet.timer.count", () => 3);

        Assert.Contains("\ndotnet_timer 3\n", _collector.Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_histograms_with_cumulative_buckets()
    {
        var histogram = _meter.CreateHistogram(
            "quickwater.turn", "s", "Turns.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.05, new KeyValuePair<string, object?>("kind", "x"));
        histogram.Record(0.5, new KeyValuePair<string, object?>("kind", "x"));
        histogram.Record(5, new KeyValuePair<string, object?>("kind", "x"));

        Assert.Equal(
            """
            # HELP quickwater_turn_seconds Turns.
            # TYPE quickwater_turn_seconds histogram
            quickwater_turn_seconds_bucket{kind="x",le="0.1"} 1
            quickwater_turn_seconds_bucket{kind="x",le="1"} 2
            quickwater_turn_seconds_bucket{kind="x",le="+Inf"} 3
            quickwater_turn_seconds_sum{kind="x"} 5.55
            quickwater_turn_seconds_count{kind="x"} 3

            """,
            _collector.Collect());
    }

    [Fact]
    public void Bounds_the_series_of_a_metric()
    {
        var counter = _meter.CreateCounter<long>("quickwater.c");
        for (var i = 0; i < 100; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("stream", i));
        }

        _meter.CreateObservableGauge(
            "quickwater.g", () => Enumerable.Range(0, 100).Select(i => new Measurement<int>(1, new KeyValuePair<string, object?>("stream", i))));

        foreach (var text in new[] { _collector.Collect(), _collector.Collect() })
        {
            Assert.Contains("quickwater_c_total{overflow=\"true\"} 97\n", text, StringComparison.Ordinal);
            Assert.Contains("quickwater_g{overflow=\"true\"} 97\n", text, StringComparison.Ordinal);
            Assert.Equal(2 + 4 + 2 + 4, text.Count(c => c == '\n'));
        }
    }

    [Fact]
    public void Ignores_other_meters()
    {
        using var other = new Meter("Quickwater");
        other.CreateCounter<long>("quickwater.other").Add(1);

        Assert.Empty(_collector.Collect());
    }
}
