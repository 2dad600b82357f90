using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>The bounds of calls in flight, of all and of each caller, are kept at every moment.</summary>
internal sealed class RpcLedger(RpcServer server) : Invariant
{
    public override void AfterStep(World world)
    {
        var inFlight = server.Stats.InFlight;
        world.Require(inFlight >= 0 && inFlight <= server.Limits.InFlightMax, $"in flight are {inFlight} of at most {server.Limits.InFlightMax} calls");
        var most = server.Gate.Shares.Most;
        world.Require(most <= server.Limits.InFlightOfCallerMax, $"one caller has {most} calls in flight, of at most {server.Limits.InFlightOfCallerMax}");
    }
}
