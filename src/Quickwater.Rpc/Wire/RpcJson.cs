using System.Text.Json.Serialization;

namespace Quickwater.Rpc;

/// <summary>The JSON of the protocol itself, without reflection.</summary>
[JsonSerializable(typeof(RpcErrorBody))]
[JsonSerializable(typeof(SleepParams))]
[JsonSerializable(typeof(HelloParams))]
[JsonSerializable(typeof(HelloResult))]
[JsonSerializable(typeof(StatsResult))]
[JsonSerializable(typeof(AuthenticateParams))]
[JsonSerializable(typeof(AuthenticateResult))]
[JsonSerializable(typeof(string[]))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RpcJson : JsonSerializerContext;

/// <summary>An error in a base body.</summary>
internal readonly record struct RpcErrorBody(int Code, string? Message);

/// <summary>What <c>sleep</c> takes.</summary>
internal readonly record struct SleepParams([property: JsonRequired] long Ms);

/// <summary>What <c>rpc.hello</c> takes.</summary>
internal readonly record struct HelloParams([property: JsonRequired] int Version);

/// <summary>What <c>rpc.hello</c> gives.</summary>
internal readonly record struct HelloResult(int Version, int BodyBytesMax, int InFlightMax, int StreamCreditMax);

/// <summary>What <c>stats</c> gives.</summary>
internal readonly record struct StatsResult(long Connections, long Calls, long Errors, long InFlight, long Items);

/// <summary>What <c>rpc.authenticate</c> takes.</summary>
internal readonly record struct AuthenticateParams([property: JsonRequired] string Token);

/// <summary>What <c>rpc.authenticate</c> gives.</summary>
internal readonly record struct AuthenticateResult(string Name);
