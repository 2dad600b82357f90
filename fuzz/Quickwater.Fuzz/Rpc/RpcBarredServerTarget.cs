using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Clients of a server that wants to know who calls, and learns it at once or later.</summary>
internal sealed class RpcBarredServerTarget : RpcServerTarget
{
    /// <inheritdoc/>
    public override string Name => "rpc-server-barred";

    /// <inheritdoc/>
    public override string Description => "clients that have to authenticate, against the server's session";

    internal override IReadOnlyList<Reason> TooSlow { get; } = [Reason.AuthenticationTimeout, Reason.Drained];

    protected override bool AsksWhoCalls => true;

    protected override SessionTape[] Record() =>
    [
        new(new RpcTape().Authenticate(1, Token).Hello().Bytes, RpcTape.ExtendedCalls()),
        new(new RpcTape().Hello().Authenticate(1, LateToken).Bytes, RpcTape.ExtendedCalls()),
        new(
            new RpcTape().Base(1, "{\"method\":\"echo\"}").Authenticate(2, "wrong").Authenticate(3, "late-wrong").Authenticate(4, LateToken).Bytes,
            [.. new RpcTape().Authenticate(5, Token).Bytes, .. RpcTape.BaseCalls()]),
        new(
            new RpcTape().Hello().Call(2, "rpc.authenticate", "{\"token\":\"throws-thirty\"}"u8).Call(2, "rpc.authenticate", "{\"token\":\"late-right\"}"u8).Bytes,
            RpcTape.ExtendedCalls()),
    ];

    protected override bool IsPast(RpcServerSession session, RpcServer server, int form) => !session.IsBarred;
}
