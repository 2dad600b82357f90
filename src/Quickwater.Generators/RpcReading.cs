namespace Quickwater.Generators;

/// <summary>What was made of an interface: a service, unless something is wrong with it, and what to tell.</summary>
internal sealed record RpcReading(RpcService? Service, EquatableArray<RpcDiagnostic> Diagnostics);
