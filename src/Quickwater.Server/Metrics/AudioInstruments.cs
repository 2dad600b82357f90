using System.Diagnostics.Metrics;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>What is measured of the audio stations, read when somebody collects.</summary>
internal static class AudioInstruments
{
    /// <summary>Adds the instruments to the server's meter.</summary>
    public static void AddTo(Meter meter, StationRegister stations, IReadOnlyList<SourceWorker> sources)
    {
        meter.CreateObservableGauge(
            "quickwater.station.live", () => Each(stations, static one => one.IsLive ? 1 : 0), "{station}", "Whether a station is on the air.");
        meter.CreateObservableGauge(
            "quickwater.station.listeners", () => Each(stations, static one => one.Listeners.Now), "{listener}", "Listeners of a station now.");
        meter.CreateObservableCounter(
            "quickwater.station.opened", () => Each(stations, static one => one.Listeners.Opened), "{listener}", "Listeners of a station since the start.");
        meter.CreateObservableCounter(
            "quickwater.station.closed", () => ByReason(stations, static one => one.Listeners.Closed), "{listener}", "Listeners that ended, by reason.");
        meter.CreateObservableCounter(
            "quickwater.station.chunks", () => Each(stations, static one => one.Stats.Chunks), "{chunk}", "Chunks that a station published.");
        meter.CreateObservableCounter(
            "quickwater.station.bytes", () => Each(stations, static one => one.Stats.Bytes), "By", "Bytes of samples that a station published.");
        meter.CreateObservableCounter(
            "quickwater.station.starved", () => Each(stations, static one => one.Stats.Starved), "{time}", "How often a source had nothing when a chunk was due.");
        meter.CreateObservableCounter(
            "quickwater.station.slips", () => Each(stations, static one => one.Stats.Slips), "{time}", "How often a station went on later than planned.");
        meter.CreateObservableCounter(
            "quickwater.station.slipped", () => Seconds(stations, static one => one.Stats.Slipped), "s", "How much later than planned a station went on, in all.");
        meter.CreateObservableCounter(
            "quickwater.station.taken_back", () => Seconds(stations, static one => one.Stats.TakenBack), "s", "How much of its slips a station has taken back.");
        meter.CreateObservableCounter(
            "quickwater.station.source_problems", () => Problems(sources), "{time}", "How often a station could not play what its source or fallback names, by reason.");
        meter.CreateObservableGauge(
            "quickwater.station.flush", () => Seconds(stations, static one => one.Stats.FlushInterval), "s", "How long chunks are gathered now.");
        meter.CreateObservableGauge(
            "quickwater.station.late",
            () => Times(stations, [("50", static stats => stats.Late50), ("99", static stats => stats.Late99), ("100", static stats => stats.LateMax)]),
            "s", "How late a station wakes, by percentile.");
        meter.CreateObservableCounter("quickwater.station.frames", () => Frames(stations), "{frame}", "Frames for listeners, by what became of them.");
        meter.CreateObservableCounter(
            "quickwater.station.drops", () => ByReason(stations, static one => one.Listeners.Drops(one.Audience)), "{frame}", "Frames that listeners did not get, by reason.");
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private static IEnumerable<Measurement<long>> Each(StationRegister stations, Func<Station, long> of) =>
        stations.All.Select(one => new Measurement<long>(of(one), Label("station", one.Name)));

    private static IEnumerable<Measurement<long>> ByReason(StationRegister stations, Func<Station, IReadOnlyDictionary<Reason, long>> of) =>
        stations.All.SelectMany(one => of(one).Select(pair =>
            new Measurement<long>(pair.Value, Label("station", one.Name), Label("reason", pair.Key.Tag()))));

    private static IEnumerable<Measurement<long>> Problems(IReadOnlyList<SourceWorker> sources) =>
        sources.GroupBy(static source => source.Station, StringComparer.Ordinal).SelectMany(static station => station
            .SelectMany(static source => source.Problems).GroupBy(static pair => pair.Key, static pair => pair.Value)
            .Select(reason => new Measurement<long>(reason.Sum(), Label("station", station.Key), Label("reason", reason.Key.Tag()))));

    private static IEnumerable<Measurement<double>> Seconds(StationRegister stations, Func<Station, TimeSpan> of) =>
        stations.All.Select(one => new Measurement<double>(of(one).TotalSeconds, Label("station", one.Name)));

    private static IEnumerable<Measurement<double>> Times(StationRegister stations, (string Percentile, Func<StationStats, TimeSpan> Of)[] rows) =>
        stations.All.SelectMany(one => rows.Select(row =>
            new Measurement<double>(row.Of(one.Stats).TotalSeconds, Label("station", one.Name), Label("percentile", row.Percentile))));

    private static IEnumerable<Measurement<long>> Frames(StationRegister stations) => stations.All.SelectMany<Station, Measurement<long>>(one =>
    {
        var totals = one.Totals;
        var station = Label("station", one.Name);
        return
        [
            new(totals.Delivered, station, Label("outcome", "delivered")), new(totals.Dropped, station, Label("outcome", "dropped")),
            new(totals.Queued, station, Label("outcome", "queued")),
        ];
    });
}
