using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>
/// The RPC server and client as they run in production: calls that complete at once, later and as streams, cancellations, deadlines, small
/// bounds of all and of each caller, calls that are made again elsewhere, callers who have to authenticate and some that cannot, peers that speak only the base or nothing that makes sense; the server drains in the end, with time enough or not.
/// </summary>
public sealed class RpcScenario : Scenario
{
    /// <inheritdoc/>
    public override string Name => "rpc";

    /// <inheritdoc/>
    public override string Description => "Callers of RPC: pipelined calls, streams, cancellations, deadlines, tokens, strangers, drain.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "answered-after-cancel", "call-interrupted", "call-refused-overloaded", "close-with-unread-input", "deadline-passed", "drained-and-certain", "drained-without-loss",
        "half-closed-and-answered", "idempotent-ran-twice", "interrupted-turn", "login-answered-later", "login-given-up", "login-never-answered", "login-refused", "login-timed-out",
        "made-again", "peer-finished", "receive-paused", "reset-with-send-in-flight", "send-beyond-kernel-buffer", "stranger-turned-away", "stream-completed",
        "stream-waited-for-credit", "sync-send-with-backlog", "vanished-peer",
    ];

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        var options = new EngineOptions
        {
            SendTimeout = TimeSpan.FromSeconds(rng.Between(10, 120)),
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 65_536,
            TurnPassesMax = rng.Between(1, 16),
            WakePortion = 1 + (int)(world.Seed % 4),
            WakePatienceMax = TimeSpan.Zero,
        };
        var server = world.AddHost("server", options);
        var clients = world.AddHost("client", options);
        var door = rng.Chance(0.5) ? new RpcDoor(world, rng.Fork()) : null;
        var methods = new RpcSimMethods(world, rng.Fork(), asks: door is not null);
        var rpc = new RpcServer(methods.Offer(), Limits(rng), new PooledBytes.Pool(server.Engine.Leaks), door);
        world.Watch(new RpcLedger(rpc));
        var spare = new RpcSpare(world, clients, world.AddHost("spare", options), methods);
        var cast = new RpcCast(world, clients, server, rpc, methods, spare, asks: door is not null);
        cast.Call(rng.Between(1, 5));
        cast.Intrude(rng.Below(4));

        var drainsEarly = rng.Chance(0.5);
        world.Run(rng.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30)));
        world.Heal();
        if (!drainsEarly)
        {
            world.RunUntilQuiet();
            cast.MustBeAnswered();
        }

        server.Drain(rng.Chance(0.5) ? rng.UpTo(TimeSpan.FromSeconds(2)) : TimeSpan.FromMinutes(5)); // some graces are too short
        world.Run(TimeSpan.FromMinutes(4));
        cast.SendAway();
        spare.Close();
        clients.Drain(TimeSpan.FromMinutes(1));
        world.RunUntilClosed();
        world.Require(rpc.Stats is { InFlight: 0, Connections: 0 }, $"nothing is in flight when all is over: {rpc.Stats}");
        cast.Check();
        spare.Check();
    }

    private static RpcLimits Limits(Rng rng) => new()
    {
        InFlightPerConnectionMax = rng.Chance(0.5) ? rng.Between(1, 10) : 1000,
        InFlightMax = rng.Chance(0.5) ? rng.Between(1, 20) : 1000,
        InFlightPerCallerMax = rng.Chance(0.5) ? rng.Below(10) : 1000,
        RequestTimeout = TimeSpan.FromSeconds(rng.Between(1, 60)),
        IdleTimeout = TimeSpan.FromSeconds(rng.Between(20, 300)),
        OutputBytesMax = rng.Chance(0.5) ? 4096 : 262_144,
        StreamCreditMax = rng.Chance(0.5) ? 1024 : 65_536,
        AuthenticationTimeout = TimeSpan.FromSeconds(rng.Between(1, 30)),
        AccessTimeout = TimeSpan.FromSeconds(rng.Between(1, 5)),
        AttemptsPerConnectionMax = rng.Between(1, 4),
        Attempts = new AttemptLimits { FailuresPerMinuteMax = rng.Between(1, 20), RefusedFor = TimeSpan.FromSeconds(rng.Between(1, 30)) },
    };
}
