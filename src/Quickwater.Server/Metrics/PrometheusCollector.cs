using System.Diagnostics.Metrics;
using System.Text;

namespace Quickwater.Server;

/// <summary>
/// Listens to meters and writes what they measured in Prometheus' text format (version 0.0.4). The number of series of a metric
/// is bounded, since stream names come from outside. Thread-safe.
/// </summary>
internal sealed class PrometheusCollector : IDisposable
{
    /// <summary>The content type of <see cref="Collect"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int SeriesMaxDefault = 1000;

    private readonly Lock _collecting = new();
    private readonly Lock _families = new();
    private readonly List<MetricFamily> _list = [];
    private readonly MeterListener _listener = new();

    /// <summary>Listens to the meters that are accepted, also those that are made later.</summary>
    public PrometheusCollector(Func<Meter, bool> accepts, int seriesMax = SeriesMaxDefault)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (accepts(instrument.Meter))
            {
                var family = new MetricFamily(instrument, seriesMax);
                lock (_families)
                {
                    _list.Add(family);
                }

                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(value, tags, state));
        _listener.Start();
    }

    /// <summary>Reads the observable instruments and writes everything, sorted by name.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            MetricFamily[] families;
            lock (_families)
            {
                families = [.. _list.OrderBy(family => family.Name, StringComparer.Ordinal)];
            }

            foreach (var family in families)
            {
                family.BeginCollection();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in families)
            {
                family.Write(text);
            }

            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        (state as MetricFamily)?.Record(value, tags);
}
