using Quickwater.Conformance;
using Quickwater.Core;

namespace Quickwater.Sim.Tests;

/// <summary>The simulated transport keeps the contract when nothing goes wrong and everything completes at once.</summary>
public sealed class CalmSimTransportTests : HalfCloseConformance
{
    protected override int PlentyBytes => 300_000;

    protected override TransportPair Connect() => new SimTransportPair(1, Faults.None);
}

/// <summary>The simulated transport keeps the contract when it completes late, in pieces and on other threads.</summary>
public sealed class FitfulSimTransportTests : HalfCloseConformance
{
    protected override int PlentyBytes => 300_000;

    protected override TransportPair Connect() => new SimTransportPair(2, new Faults
    {
        PendingReceive = 0.5,
        PendingSend = 0.5,
        PartialReceive = 0.7,
        LateCompletion = 0.2,
        Split = 0.3,
        LatencyMax = TimeSpan.FromMilliseconds(40),
        SendBufferBytes = (3000, 30_000),
        ReceiveBufferBytes = (500, 9000),
    });
}

internal sealed class SimTransportPair : TransportPair
{
    private readonly World _world;
    private readonly SimTransport _near;

    internal SimTransportPair(ulong seed, Faults faults)
    {
        _world = new World(seed, faults);
        (_near, var far) = _world.Network.Connect("link");
        Far = far;
    }

    public override ITransport Near => _near;

    public override ITransport Far { get; }

    public override void Until(Func<bool> condition) => _world.RunUntil(condition, TimeSpan.FromHours(10), "the test goes on");

    public override void ResetFromNear() => _near.Abort();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _world.RunUntil(() => _world.Network.OpenSockets == 0, TimeSpan.FromHours(10), "every socket is closed");
        _world.Dispose();
    }
}
