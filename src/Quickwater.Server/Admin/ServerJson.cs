using System.Text.Json.Serialization;

namespace Quickwater.Server;

/// <summary>The JSON of the API, by source generation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StationsReport))]
[JsonSerializable(typeof(PublicStationsReport))]
[JsonSerializable(typeof(StreamsReport))]
[JsonSerializable(typeof(PublicStreamsReport))]
[JsonSerializable(typeof(ConnectionsReport))]
[JsonSerializable(typeof(LimitsReport))]
[JsonSerializable(typeof(PlayerReport))]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class ServerJson : JsonSerializerContext;
