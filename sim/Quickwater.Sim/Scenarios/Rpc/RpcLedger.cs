using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>The bound of all calls in flight is kept at every moment.</summary>
internal sealed class RpcLedger(RpcServer server) : Invariant
{
    public override void AfterStep(World world)
    {
        var inFlight = server.Stats.InFlight;
        world.Require(inFlight >= 0 && inFlight <= server.Limits.InFlightMax, $"in flight are {inFlight} of at most {server.Limits.InFlightMax} calls");
    }
}
