namespace Quickwater.Server;

/// <summary>The answer of <c>GET /stations.json</c>: what everybody may know.</summary>
internal sealed record PublicStationsReport(IReadOnlyList<PublicStationReport> Stations, string Version);

/// <summary>One station; the format is empty and 0 before it was first on the air. Of many listeners, those that lag most.</summary>
internal sealed record PublicStationReport(
    string Name,
    string State,
    string Title,
    string Encoding,
    int SampleRate,
    int Channels,
    int ListenersNow,
    IReadOnlyList<PublicListenerReport> Listeners);

/// <summary>One listener, without its address: the id is what the protocol's Accept tells the listener itself.</summary>
internal sealed record PublicListenerReport(ulong Id, string Protocol, double OpenSeconds, long LagMilliseconds, long FramesDropped);
