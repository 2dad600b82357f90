namespace Quickwater.Server;

/// <summary>What administration and the player page may ask of the running server. Thread-safe.</summary>
internal interface IServerStatus
{
    /// <summary>Whether the server takes work, and the state of each of its systems.</summary>
    HealthReport Health();

    /// <summary>Whether the server can take work: not before everything listens, and not while it drains.</summary>
    HealthReport Ready();

    /// <summary>The live streams for everybody, at most a second old however many ask; empty when the configuration does not list them.</summary>
    PublicStreamsReport PublicStreams();

    /// <summary>The streams, sorted by name.</summary>
    StreamsReport Streams();

    /// <summary>The audio stations and who listens, in the order of the configuration.</summary>
    StationsReport Stations();

    /// <summary>The same for everybody: without addresses, and at most a second old however many ask.</summary>
    PublicStationsReport PublicStations();

    /// <summary>The open connections, sorted by id, and how many closed for each reason.</summary>
    ConnectionsReport Connections();

    /// <summary>What the whole server holds, and may hold.</summary>
    LimitsReport Limits();

    /// <summary>What the player page needs.</summary>
    PlayerReport Player();
}
