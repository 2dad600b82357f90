namespace Quickwater.Rpc;

/// <summary>Counters of an <see cref="RpcServer"/>. A snapshot; calls are counted at the end of a turn.</summary>
/// <param name="Connections">Connections that are open now.</param>
/// <param name="Calls">Calls taken since the start.</param>
/// <param name="Errors">Calls that were answered with an error.</param>
/// <param name="Items">Items of streams that were sent.</param>
/// <param name="InFlight">Calls that methods work on now.</param>
public readonly record struct RpcServerStats(long Connections, long Calls, long Errors, long Items, long InFlight);
