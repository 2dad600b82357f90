using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Clients of a server that asks nobody.</summary>
internal sealed class RpcOpenServerTarget : RpcServerTarget
{
    private const int BaseForm = 0, LongForm = 2;

    /// <inheritdoc/>
    public override string Name => "rpc-server";

    /// <inheritdoc/>
    public override string Description => "calling clients, against the server's session, base and extended";

    /// <inheritdoc/>
    public override int InputsInCi => 120_000;

    protected override bool AsksWhoCalls => false;

    protected override SessionTape[] Record() =>
    [
        new(new RpcTape().Base(0, "{\"method\":\"ping\"}").Bytes, RpcTape.BaseCalls()),
        new(new RpcTape().Hello().Bytes, RpcTape.ExtendedCalls()),
        new(new RpcTape().Hello().Bytes, RpcTape.LongCalls()),
    ];

    // A long body takes up most of what is broken.
    protected override int ChooseForm(Rng rng) => rng.Chance(0.1) ? LongForm : rng.Below(LongForm);

    protected override bool IsPast(RpcServerSession session, RpcServer server, int form) =>
        form == BaseForm ? server.Stats.Calls > 0 : session.IsExtended;
}
