using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>The stations as administration shows them.</summary>
internal static class StationReports
{
    // More help nobody who looks at a page.
    private const int PublicListenersMax = 100;

    /// <summary>All of them, with their listeners.</summary>
    public static StationsReport Of(StationRegister stations, IReadOnlyList<SourceWorker> sources, Engine engine)
    {
        var now = engine.Clock.Now;
        var listeners = engine.Connections
            .Select(static connection => (Connection: connection, Listener: connection.Session as IListener))
            .Where(static pair => pair.Listener?.Station is not null)
            .ToLookup(static pair => pair.Listener?.Station);
        var read = sources.ToLookup(static source => source.Station, StringComparer.Ordinal);
        return new StationsReport(
        [
            .. stations.All.Select(station => Station(
                station, [.. read[station.Name].Select(Source)], [.. listeners[station].OrderBy(static pair => pair.Connection.Info.Id).Select(pair => Listener(pair.Connection, pair.Listener, station, now))])),
        ]);
    }

    /// <summary>Of those, what everybody may know.</summary>
    public static PublicStationsReport ForEverybody(StationsReport report, string version) => new(
        [
            .. report.Stations.Select(static one => new PublicStationReport(
                one.Name, one.State, one.Title, one.SampleRate == 0 ? "" : one.Encoding, one.SampleRate, one.Channels, one.Listeners.Count,
                [
                    .. one.Listeners.OrderByDescending(static listener => listener.LagMilliseconds).Take(PublicListenersMax)
                        .OrderBy(static listener => listener.Id)
                        .Select(static listener => new PublicListenerReport(
                            listener.Id, listener.Protocol, listener.OpenSeconds, listener.LagMilliseconds, listener.FramesDropped)),
                ])),
        ],
        version);

    private static StationReport Station(Station station, IReadOnlyList<SourceReport> sources, IReadOnlyList<ListenerReport> listeners)
    {
        var (stats, totals, format) = (station.Stats, station.Totals, station.Format);
        return new StationReport(
            station.Name,
            station.Ended != Reason.None ? "ended" : station.IsLive ? "live" : "off",
            station.Title,
            station.Origin,
            sources,
            format.Encoding.ToString().ToLowerInvariant(),
            format.Rate,
            format.Channels,
            stats.Chunks,
            stats.Bytes,
            stats.Starved,
            stats.Slips,
            Math.Round(stats.Slipped.TotalSeconds, 3),
            Math.Round(stats.TakenBack.TotalSeconds, 3),
            stats.FlushInterval.TotalMilliseconds,
            stats.Late50.TotalMilliseconds,
            stats.Late99.TotalMilliseconds,
            stats.LateMax.TotalMilliseconds,
            station.Listeners.Opened,
            totals.Offered,
            totals.Delivered,
            totals.Dropped,
            totals.Queued,
            StreamDrops.ByTag(station.Listeners.Drops(station.Audience)),
            StreamDrops.ByTag(station.Listeners.Closed),
            listeners);
    }

    private static SourceReport Source(SourceWorker source)
    {
        var now = source.Condition;
        return new SourceReport(
            source.Source, now.State.ToString().ToLowerInvariant(), now.Path, now.Tracks, now.Remark, now.Why == Reason.None ? "" : now.Why.Tag(), now.Problem, StreamDrops.ByTag(source.Problems));
    }

    private static ListenerReport Listener(Connection connection, IListener? listener, Station station, Instant now)
    {
        var stats = connection.Stats;
        var place = listener?.Place?.Stats ?? default;
        var kernel = connection.Transport.UnacknowledgedBytes;
        var held = TimeSpan.FromSeconds(kernel / (double)Math.Max(1, station.Format.BytesPerSecond));
        return new ListenerReport(
            connection.Info.Id, connection.Info.Protocol, connection.Info.Remote.ToString(), listener?.Agent ?? "",
            Math.Round((now - stats.Opened).TotalSeconds, 3), (long)(place.LagTime + held).TotalMilliseconds, place.LagBytes + kernel,
            place.Delivered, place.Dropped);
    }
}
