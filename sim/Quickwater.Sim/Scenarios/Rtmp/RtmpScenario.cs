using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>
/// The RTMP server as it runs in production: publishers that come back, players that join late, dawdle and vanish, strangers that speak
/// something else, an access policy that answers late; the server drains in the end.
/// </summary>
public sealed class RtmpScenario : Scenario
{
    /// <inheritdoc/>
    public override string Name => "rtmp";

    /// <inheritdoc/>
    public override string Description =>
        "Publishers and players of RTMP: late joins, slow and vanishing viewers, several streams a connection, strangers, drain.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "access-later", "access-timeout", "config-before-frame", "drained", "drop-to-key", "frame-split-between-batches", "gathered-send", "join-at-key",
        "paused", "peer-refused", "play-ended", "play-started", "reset-with-send-in-flight", "resumed-after-silence", "resumed-on-key",
        "send-beyond-kernel-buffer", "stranger-turned-away", "sync-send-with-backlog", "taken-over-after-silence", "vanished-peer",
        "went-over",
    ];

    /// <inheritdoc/>
    public override int SeedsInCi => 500;

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        var server = world.AddHost("server", new EngineOptions
        {
            SendTimeout = TimeSpan.FromSeconds(rng.Between(10, 120)),
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 65_536,
            TurnPassesMax = rng.Between(1, 16),
            WakePortion = 1 + (int)(world.Seed % 4),
            WakePatienceMax = TimeSpan.Zero,
        });
        var clients = world.AddHost("client");
        clients.HoldsBack = true; // a publisher's frames become due between the ticks of its timer
        var registry = new RegistryWatch(world);
        var hub = new Media.Hub(server.Engine, new HubLimits { RetainMax = TimeSpan.FromSeconds(rng.Between(2, 10)) }, registry);
        world.Watch(new HubLedger(hub, frameBytesMax: 200_000));
        var access = new SimAccess(world, rng.Chance(0.5) ? rng.Unit() : 0, rng.Chance(0.2) ? 0.2 : 0);
        var rtmp = new RtmpServer(hub, Options(rng, world.Seed), access, new SimEntropy(rng.Fork()));
        var cast = new RtmpCast(world, clients, server, rtmp);
        cast.Publish(1, rng.Between(1, 3));
        cast.Join(rng.Below(9));
        cast.Intrude(rng.Below(3));
        cast.Employ(rng.Below(4));

        var drainsEarly = rng.Chance(0.5);
        world.Run(rng.Between(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40)));
        world.Heal();
        if (!drainsEarly)
        {
            world.RunUntilQuiet();
            cast.MustHaveCaughtUp();
        }

        server.Drain(TimeSpan.FromMinutes(5));
        world.Run(TimeSpan.FromMinutes(4));
        cast.SendAway();
        world.RunUntilClosed();
        world.Require(hub.Topics.Count == 0, "a topic without publisher and viewer is gone");
        world.Require(hub.PublisherCount == 0, "no publisher is left");
        registry.MustBeEmpty();
        cast.Check();
    }

    private static RtmpServerOptions Options(Rng rng, ulong seed) => new()
    {
        Viewers = new SubscribeOptions
        {
            Policy = rng.Chance(0.7) ? SlowPolicy.DropToKey : (SlowPolicy)rng.Below(3),
            LagTimeMax = TimeSpan.FromMilliseconds(rng.Between(300, 6000)),
            CatchUpMax = TimeSpan.FromSeconds(rng.Between(1, 20)),
        },
        WaitForStream = TimeSpan.FromSeconds(rng.Chance(0.2) ? 0 : rng.Between(1, 60)),
        AccessTimeout = TimeSpan.FromSeconds(rng.Between(1, 5)),
        PublisherSilenceMax = TimeSpan.FromSeconds(5),
        DrainTime = seed % 4 == 3 ? TimeSpan.FromSeconds(20) : TimeSpan.Zero,
        RefusalsPerConnectionMax = int.MaxValue, // all have one address, and the policy is moody
        Attempts = new AttemptLimits { FailuresPerMinuteMax = 1_000_000 },
    };
}
