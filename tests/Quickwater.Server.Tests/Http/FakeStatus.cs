namespace Quickwater.Server.Tests;

/// <summary>A server's state as tests want it.</summary>
internal sealed class FakeStatus : IServerStatus
{
    public string State { get; set; } = "ok";

    public HealthReport Health() => new(State, new Dictionary<string, string>(StringComparer.Ordinal) { ["rtmp"] = "ok" });

    public string Readiness { get; set; } = "ok";

    public HealthReport Ready() => Health() with { Status = Readiness };

    public PublicStreamsReport PublicStreams() => new(true, 1, [new PublicStreamReport("live/demo", 4, "avc1.42c01e", 640, 360, "mp4a.40.2")]);

    public StreamsReport Streams() => new(
    [
        new StreamReport(
            "live/demo", "live", new PublisherReport(1, "127.0.0.1:5000"), new VideoReport("avc1.42c01e", 640, 360), null,
            1000, 2, new FrameCounts(1, 2, 1, 0), 3, 4, 5, 6, new Dictionary<string, long>(StringComparer.Ordinal) { ["lag_time_exceeded"] = 7 }),
    ], 8080);

    public StationsReport Stations() => new([]);

    public PublicStationsReport PublicStations() => new([], "0.1.0");

    public ConnectionsReport Connections() => new(
        [new ConnectionReport(1, "rtmp", "127.0.0.1:5000", "publisher", "live/demo", "publishing", 1.5, 1, 2, 8, 16, 3, 4, 5, 6, new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal),
            [new PlaceReport("live/demo", "publisher", "this machine", 7, 8, 9, 0, 0, new Dictionary<string, long>(StringComparer.Ordinal))])],
        new Dictionary<string, long>(StringComparer.Ordinal) { ["peer_closed"] = 3 });

    public LimitsReport Limits() => new(new PlacesReport(1, 100), new PlacesReport(0, 8), new MemoryReport(1, 2, 3, 4, 0));

    public PlayerReport Player() => new("live/demo", "0.1.0");
}
