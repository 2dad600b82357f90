using System.Text.Json.Nodes;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>The answer of <c>GET /api/v1/streams</c>; the port is where viewers find the player, null when HTTP is off.</summary>
internal sealed record StreamsReport(IReadOnlyList<StreamReport> Streams, int? PlayerPort);

/// <summary>One stream.</summary>
internal sealed record StreamReport(
    string Name,
    string State,
    PublisherReport? Publisher,
    VideoReport? Video,
    AudioReport? Audio,
    long BitrateBps,
    long FramesIn,
    FrameCounts Frames,
    long BytesIn,
    int Viewers,
    long BytesOut,
    long GopMilliseconds,
    IReadOnlyDictionary<string, long> Drops)
{
    /// <summary>What its encoder says of it (<c>onMetaData</c>), cut to a bounded size; null when it says nothing.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>Frames published to a stream, by kind; the keys are among the video.</summary>
internal sealed record FrameCounts(long Audio, long Video, long Keys, long Data);

/// <summary>Who publishes a stream.</summary>
internal sealed record PublisherReport(ulong Connection, string Remote);

/// <summary>A stream's video. What is not known is null, a size 0.</summary>
internal sealed record VideoReport(string Codec, int Width, int Height)
{
    public string? Profile { get; init; }

    public string? Level { get; init; }

    public double? FrameRate { get; init; }

    public int? BitDepth { get; init; }

    public string? Chroma { get; init; }
}

/// <summary>A stream's audio. What is not known is null, a rate or number of channels 0.</summary>
internal sealed record AudioReport(string Codec, int SampleRate, int Channels)
{
    public string? Profile { get; init; }
}

/// <summary>The answer of <c>GET /api/v1/connections</c>.</summary>
internal sealed record ConnectionsReport(
    IReadOnlyList<ConnectionReport> Connections, IReadOnlyDictionary<string, long> Closed);

/// <summary>One open connection.</summary>
internal sealed record ConnectionReport(
    ulong Id,
    string Protocol,
    string Remote,
    string Role,
    string? Stream,
    string State,
    double OpenSeconds,
    long BytesIn,
    long BytesOut,
    long BitrateInBps,
    long BitrateOutBps,
    long LagMilliseconds,
    long LagBytes,
    long FramesDelivered,
    long FramesDropped,
    IReadOnlyDictionary<string, long> Drops,
    IReadOnlyDictionary<string, long> Tolerated,
    IReadOnlyList<PlaceReport> Streams);

/// <summary>One of the streams that a connection publishes or views. What is not of its role is 0.</summary>
internal sealed record PlaceReport(
    string Stream,
    string Role,
    string? Identity,
    long Frames,
    long Bytes,
    long BitrateBps,
    long LagMilliseconds,
    long FramesDropped,
    IReadOnlyDictionary<string, long> Drops);

/// <summary>The answer of <c>GET /api/v1/limits</c>: what the whole server holds, and may hold.</summary>
internal sealed record LimitsReport(PlacesReport Places, PlacesReport AdminPlaces, MemoryReport Memory);

/// <summary>Connections that hold a descriptor.</summary>
internal sealed record PlacesReport(int Open, int Max);

/// <summary>Memory held for peers.</summary>
internal sealed record MemoryReport(long HeldBytes, long PeakBytes, long RefuseBytes, long MaxBytes, long Refusals);

/// <summary>The answer of <c>GET /player.json</c>.</summary>
internal sealed record PlayerReport(string? DefaultStream, string Version);

/// <summary>The answer of <c>GET /healthz</c>.</summary>
internal sealed record HealthReport(string Status, IReadOnlyDictionary<string, string> Components);
