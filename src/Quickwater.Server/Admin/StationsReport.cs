namespace Quickwater.Server;

/// <summary>The answer of <c>GET /api/v1/stations</c>.</summary>
internal sealed record StationsReport(IReadOnlyList<StationReport> Stations);

/// <summary>One audio station; <c>playing</c> is the file that is heard. Frames are those offered to all its listeners since the start: offered = delivered + dropped + queued.</summary>
internal sealed record StationReport(
    string Name,
    string State,
    string Title,
    string Playing,
    IReadOnlyList<SourceReport> Sources,
    string Encoding,
    int SampleRate,
    int Channels,
    long ChunksOut,
    long BytesOut,
    long Starved,
    long Slips,
    double SlippedSeconds,
    double TakenBackSeconds,
    double FlushMilliseconds,
    double Late50Milliseconds,
    double Late99Milliseconds,
    double LateMaxMilliseconds,
    long Opened,
    long FramesOffered,
    long FramesDelivered,
    long FramesDropped,
    long FramesQueued,
    IReadOnlyDictionary<string, long> Drops,
    IReadOnlyDictionary<string, long> Closed,
    IReadOnlyList<ListenerReport> Listeners);

/// <summary>
/// How a station's source is doing, its fallback behind it: <c>opening</c>, <c>waiting</c> for somebody to write to a named pipe, <c>playing</c>, <c>failed</c> or <c>ended</c>. It reads ahead of what is heard. Reason and
/// problem are of the latest thing that could not be played; empty when there was none.
/// </summary>
internal sealed record SourceReport(
    string Source, string State, string Path, int Tracks, string Remark, string Reason, string Problem, IReadOnlyDictionary<string, long> Problems);

/// <summary>One listener. Its lag is behind the live edge, what the operating system holds included where that is known.</summary>
internal sealed record ListenerReport(
    ulong Id, string Protocol, string Remote, string Agent, double OpenSeconds, long LagMilliseconds, long LagBytes, long FramesDelivered, long FramesDropped);
