using System.Net;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>The state of the running server, read from engine and hub when somebody asks. Thread-safe.</summary>
internal sealed class ServerStatus(
    Engine engine, DescriptorLedger places, Hub hub, StationRegister stations, IReadOnlyList<SourceWorker> sources, string version, string? defaultStream,
    bool listStreams) : IServerStatus
{
    private static readonly TimeSpan PublicAge = TimeSpan.FromSeconds(1);

    private readonly Lock _public = new();
    private PublicStationsReport? _latest;
    private Instant _taken;
    private PublicStreamsReport? _latestStreams;
    private Instant _streamsTaken;
    private volatile bool _draining;
    private volatile bool _started;
    private volatile IReadOnlyDictionary<string, IPEndPoint?> _systems = new Dictionary<string, IPEndPoint?>(StringComparer.Ordinal);

    /// <summary>Names the systems that run and where they listen; null for one that is switched off.</summary>
    public void Started(IReadOnlyDictionary<string, IPEndPoint?> systems)
    {
        _systems = systems;
        _started = true;
    }

    /// <summary>From now on the server takes no work.</summary>
    public void Draining() => _draining = true;

    /// <inheritdoc/>
    public HealthReport Health() => new(
        _draining ? "draining" : "ok",
        _systems.ToDictionary(
            pair => pair.Key,
            pair => pair.Value is null ? "off" : _draining ? "draining" : "ok",
            StringComparer.Ordinal));

    /// <inheritdoc/>
    public HealthReport Ready() => Health() is { Status: "ok" } health && !_started ? health with { Status = "starting" } : Health();

    /// <inheritdoc/>
    public PublicStreamsReport PublicStreams()
    {
        lock (_public)
        {
            var now = engine.Clock.Now;
            if (_latestStreams is null || now - _streamsTaken >= PublicAge)
            {
                _latestStreams = MediaReports.ForEverybody(hub.Topics, listStreams);
                _streamsTaken = now;
            }

            return _latestStreams;
        }
    }

    /// <inheritdoc/>
    public PlayerReport Player() => new(defaultStream, version);

    /// <inheritdoc/>
    public StreamsReport Streams() => new(
        [.. hub.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(Stream)],
        _systems.GetValueOrDefault("http")?.Port);

    /// <inheritdoc/>
    public StationsReport Stations() => StationReports.Of(stations, sources, engine);

    /// <inheritdoc/>
    public PublicStationsReport PublicStations()
    {
        lock (_public)
        {
            // Whoever asks, and however often: to look at all listeners costs a system call for each.
            var now = engine.Clock.Now;
            if (_latest is null || now - _taken >= PublicAge)
            {
                _latest = StationReports.ForEverybody(Stations(), version);
                _taken = now;
            }

            return _latest;
        }
    }

    /// <inheritdoc/>
    public ConnectionsReport Connections()
    {
        var now = engine.Clock.Now;
        return new ConnectionsReport(
            [.. engine.Connections.OrderBy(connection => connection.Info.Id).Select(connection => Connection(connection, now))],
            engine.ClosedByReason
                .GroupBy(pair => pair.Key.Why.Tag(), StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value), StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public LimitsReport Limits()
    {
        var memory = engine.Leaks.Memory;
        memory.TakePeak();
        return new LimitsReport(
            new PlacesReport(places.Open, places.PlacesMax),
            new PlacesReport(places.ReservedOpen, places.ReservedMax),
            new MemoryReport(memory.Used, memory.Peak, memory.RefuseBytes, memory.BytesMax, memory.Refusals));
    }

    private static StreamReport Stream(Topic topic)
    {
        var stats = topic.Stats;
        return new StreamReport(
            topic.Name,
            topic.IsLive ? "live" : "waiting",
            topic.Publisher is { } publisher ? new PublisherReport(publisher.Id, publisher.Remote.ToString()) : null,
            MediaReports.Video(topic),
            MediaReports.Audio(topic.FindFormat(FrameKind.Audio).Span),
            topic.IsLive ? stats.BytesPerSecond * 8 : 0,
            stats.AudioFrames + stats.VideoFrames + stats.DataFrames,
            new FrameCounts(stats.AudioFrames, stats.VideoFrames, stats.KeyFrames, stats.DataFrames),
            stats.BytesIn,
            stats.Viewers,
            stats.BytesOut + topic.Viewers.Sum(viewer => viewer.Stats.BytesDelivered),
            (long)stats.ReplayTime.TotalMilliseconds,
            StreamDrops.ByTag(StreamDrops.Of(topic)))
        {
            Metadata = MediaReports.Metadata(topic.FindConfig(FrameKind.Data).Span),
        };
    }

    private static ConnectionReport Connection(Connection connection, Instant now)
    {
        var session = connection.Session as IMediaSession;
        var (published, viewer) = (session?.Publishes, session?.Views);
        var stats = connection.Stats;
        var seen = viewer?.Stats ?? default;
        return new ConnectionReport(
            connection.Info.Id,
            connection.Info.Protocol,
            connection.Info.Remote.ToString(),
            published is not null ? "publisher" : viewer is not null ? "viewer" : "none",
            published?.Name ?? viewer?.Topic.Name,
            session?.State ?? "",
            Math.Round((now - stats.Opened).TotalSeconds, 3),
            stats.BytesReceived,
            stats.BytesSent,
            stats.ReceivedPerSecond * 8,
            stats.SentPerSecond * 8,
            (long)seen.LagTime.TotalMilliseconds,
            seen.LagBytes + (viewer is null ? 0 : connection.Transport.UnacknowledgedBytes),
            seen.Delivered,
            seen.Dropped,
            viewer is null ? new Dictionary<string, long>(StringComparer.Ordinal) : StreamDrops.ByTag(viewer.Drops.ReadByKind()),
            session?.Tolerated ?? new Dictionary<string, long>(StringComparer.Ordinal),
            [.. (session?.Places ?? []).Select(Place)]);
    }

    private static PlaceReport Place(MediaPlace place)
    {
        if (place.Views is { } viewer)
        {
            var seen = viewer.Stats;
            return new PlaceReport(
                viewer.Topic.Name, "viewer", place.Identity, seen.Delivered, seen.BytesDelivered, 0, (long)seen.LagTime.TotalMilliseconds,
                seen.Dropped, StreamDrops.ByTag(viewer.Drops.ReadByKind()));
        }

        var stats = place.Publishes?.Stats ?? default;
        return new PlaceReport(
            place.Publishes?.Name ?? "", "publisher", place.Identity, stats.AudioFrames + stats.VideoFrames + stats.DataFrames,
            stats.BytesIn, stats.BytesPerSecond * 8, 0, 0, new Dictionary<string, long>(StringComparer.Ordinal));
    }
}
