using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Quickwater.Server;

/// <summary>One instrument's series, written as one Prometheus metric family. Thread-safe.</summary>
internal sealed class MetricFamily
{
    private static readonly double[] DefaultBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly Kind _kind;
    private readonly string _help;
    private readonly bool _observed;
    private readonly double[] _bounds;
    private readonly int _seriesMax;

    /// <summary>Makes the family of an instrument.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="seriesMax">Series at most; what is beyond goes to one series labelled <c>overflow="true"</c>.</param>
    public MetricFamily(Instrument instrument, int seriesMax)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        _observed = instrument.IsObservable;
        _kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? Kind.Counter
            : type == typeof(Histogram<>) ? Kind.Histogram
            : Kind.Gauge;
        Adds = type == typeof(Counter<>) || type == typeof(UpDownCounter<>);
        Name = MetricName(instrument, _kind);
        _help = instrument.Description ?? "";
        _seriesMax = seriesMax;
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray()
            ?? (instrument as Histogram<long>)?.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray()
            ?? DefaultBounds;
    }

    private enum Kind
    {
        Counter,
        Gauge,
        Histogram,
    }

    /// <summary>The name of the family.</summary>
    public string Name { get; }

    private bool Adds { get; }

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_lock)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= _seriesMax)
                {
                    labels = "overflow=\"true\"";
                }

                if (!_series.TryGetValue(labels, out series))
                {
                    series = new Series(_kind == Kind.Histogram ? new long[_bounds.Length] : []);
                    _series.Add(labels, series);
                }
            }

            if (_kind == Kind.Histogram)
            {
                Observe(series, value);
            }
            else
            {
                // Overflow of an observed instrument sums what it stands for.
                series.Value = Adds || (series.Fresh && _series.Count > _seriesMax) ? series.Value + value : value;
                series.Fresh = true;
            }
        }
    }

    /// <summary>Forgets what was observed: the callbacks tell it anew, and series that are gone vanish.</summary>
    public void BeginCollection()
    {
        if (_observed)
        {
            lock (_lock)
            {
                _series.Clear();
            }
        }
    }

    /// <summary>Writes the family in the text format, version 0.0.4.</summary>
    public void Write(StringBuilder text)
    {
        lock (_lock)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(Name).Append(' ').Append(Escape(_help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(_kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var (labels, series) in _series)
            {
                if (_kind == Kind.Histogram)
                {
                    WriteHistogram(text, labels, series);
                }
                else
                {
                    WriteSample(text, Name, labels, series.Value);
                }
            }
        }
    }

    private static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string MetricName(Instrument instrument, Kind kind)
    {
        var name = Sanitize(instrument.Name);
        var unit = instrument.Unit switch
        {
            null or "" or "1" => "",
            "By" => "_bytes",
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "%" => "_percent",
            "By/s" => "_bytes_per_second",
            ['{', ..] => "", // a note such as {connection}, not a unit
            var other => "_" + Sanitize(other),
        };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
        {
            name += unit;
        }

        // A name that ends so belongs to a histogram: the runtime's own gauges have such names.
        name = name.EndsWith("_count", StringComparison.Ordinal) ? name[..^"_count".Length] : name;
        return kind == Kind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return string.Join(',', sorted.Select(tag =>
            $"{Sanitize(tag.Key).Replace(':', '_')}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\""));
    }

    private static string Sanitize(string name)
    {
        var clean = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private void Observe(Series series, double value)
    {
        series.Value += value;
        series.Count++;
        var bucket = Array.FindIndex(_bounds, bound => value <= bound);
        if (bucket >= 0)
        {
            series.Buckets[bucket]++;
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var prefix = labels.Length == 0 ? "" : labels + ",";
        long below = 0;
        for (var i = 0; i < _bounds.Length; i++)
        {
            below += series.Buckets[i];
            WriteSample(text, Name + "_bucket", $"{prefix}le=\"{Number(_bounds[i])}\"", below);
        }

        WriteSample(text, Name + "_bucket", prefix + "le=\"+Inf\"", series.Count);
        WriteSample(text, Name + "_sum", labels, series.Value);
        WriteSample(text, Name + "_count", labels, series.Count);
    }

    private sealed class Series(long[] buckets)
    {
        public double Value { get; set; }

        public long Count { get; set; }

        public bool Fresh { get; set; }

        public long[] Buckets { get; } = buckets;
    }
}
