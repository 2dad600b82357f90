using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>
/// Engine and hub: publishers send frames that say what they depend on, viewers of all kinds check what they get. Publishers come back,
/// viewers join late, stall, leave, and the server drains in the end.
/// </summary>
public sealed class HubScenario : Scenario
{
    private const int FrameBytesMax = 100_000;

    /// <inheritdoc/>
    public override string Name => "hub";

    /// <inheritdoc/>
    public override string Description => "Publishers send dependent frames through topics; viewers check order, references and the ledger.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "close-slow", "config-before-frame", "disposable-dropped", "drained-without-loss", "drop-to-key", "fell-behind-ring",
        "frame-split-between-batches", "gathered-send", "join-at-key", "key-kept-alone", "late-pictures", "low-latency", "picture-before-key",
        "reset-with-send-in-flight", "resumed-on-key", "send-beyond-kernel-buffer", "shown-without-key", "skip-to-live", "sound-alone",
        "stream-busy", "stream-resumed", "stream-without-keys", "sync-send-with-backlog", "time-jump",
    ];

    /// <inheritdoc/>
    public override int SeedsInCi => 500;

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        var options = new EngineOptions
        {
            SendTimeout = TimeSpan.FromSeconds(rng.Between(5, 120)),
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 65_536,
            TurnPassesMax = rng.Between(1, 16),
            WakePortion = 1 + (int)(world.Seed % 4),
            WakePatienceMax = TimeSpan.Zero,
        };
        var server = world.AddHost("server", options);
        var clients = world.AddHost("client");
        var limits = Limits(rng);
        server.HoldsBack = limits.FlushInterval > TimeSpan.Zero;
        var hub = new Media.Hub(server.Engine, limits, new SilentHubObserver());
        world.Watch(new HubLedger(hub, FrameBytesMax));
        Publish(world, clients, server, hub, 1, rng.Between(1, 3));
        var viewers = new List<EndpointPair>();
        for (var i = rng.Below(11); i > 0; i--)
        {
            world.Time.After(rng.UpTo(TimeSpan.FromSeconds(30)), () => viewers.Add(View(world, clients, server, hub, (uint)viewers.Count)));
        }

        var drainsEarly = rng.Chance(0.5);
        world.Run(rng.Between(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40)));
        world.Heal();
        if (!drainsEarly)
        {
            world.RunUntilQuiet();
            MustHaveCaughtUp(world, viewers);
        }

        server.Drain(TimeSpan.FromMinutes(5));
        world.RunUntilClosed();
        world.Require(hub.Topics.Count == 0, "a topic without publisher and viewer is gone");
        world.Require(hub.PublisherCount == 0, "no publisher is left");
        foreach (var viewer in viewers)
        {
            Check(world, viewer);
        }

        if (server.Closed.ContainsKey(Reason.StreamBusy))
        {
            world.Marks.Hit("stream-busy");
        }
    }

    private static HubLimits Limits(Rng rng) => new()
    {
        TopicBytesMax = rng.Chance(0.5) ? rng.Between(64 << 10, 1 << 20) : 64 << 20,
        ReplayMin = TimeSpan.FromSeconds(rng.Below(3)),
        ReplayMax = TimeSpan.FromSeconds(rng.Between(2, 60)),
        KeyWaitMax = TimeSpan.FromSeconds(rng.Between(1, 10)),
        RetainMax = TimeSpan.FromSeconds(rng.Between(1, 10)),
        FlushInterval = TimeSpan.FromMilliseconds(rng.Chance(0.7) ? 0 : rng.Between(1, 100)),
    };

    // One publisher after the other, sometimes before the last one has gone.
    private static void Publish(World world, SimHost clients, SimHost server, Media.Hub hub, uint publication, int left)
    {
        var rng = world.Rng;
        var length = rng.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25));
        world.Dial(
            clients, new FeedClient.Factory(new SimEncoder(rng.Fork(), publication, world.Marks), length),
            server, new FeedSession.Factory(hub, "topic"));
        if (left > 1)
        {
            world.Time.After(
                rng.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15)),
                () => Publish(world, clients, server, hub, publication + 1, left - 1));
        }
    }

    private static EndpointPair View(World world, SimHost clients, SimHost server, Media.Hub hub, uint number)
    {
        var rng = world.Rng;
        var options = new SubscribeOptions
        {
            Replay = rng.Chance(0.6) ? Replay.Gop : (Replay)rng.Below(2),
            Policy = rng.Chance(0.6) ? SlowPolicy.DropToKey : (SlowPolicy)rng.Below(3),
            LagTimeMax = TimeSpan.FromMilliseconds(rng.Between(200, 6000)),
            DisposableLagTimeMax = TimeSpan.FromMilliseconds(rng.Between(100, 4000)),
            KeyLagTimeMax = TimeSpan.FromMilliseconds(rng.Between(200, 8000)),
            LagBytesMax = rng.Chance(0.3) ? rng.Between(20_000, 500_000) : 32 << 20,
            AudioLagTimeMax = TimeSpan.FromMilliseconds(rng.Between(200, 10_000)),
            CatchUpMax = TimeSpan.FromSeconds(rng.Between(1, 20)),
            CatchUpBytesMax = rng.Chance(0.3) ? rng.Between(50_000, 1_000_000) : 64 << 20,
            CatchesUp = rng.Chance(0.8),
        };
        if (rng.Chance(0.25))
        {
            options = options.LowLatency(TimeSpan.FromMilliseconds(rng.Between(100, 500)));
            world.Marks.Hit("low-latency");
        }

        var patched = rng.Chance(0.3);
        var judge = new FrameJudge(world, $"viewer {number}", options.Replay != Replay.None);
        return world.Dial(
            clients, new ViewClient.Factory(world, patched ? number : 0, judge),
            server, new ViewSession.Factory(world, hub, "topic", options, patched ? number : null));
    }

    // A healed network has had ten minutes: whoever is still there has everything.
    private static void MustHaveCaughtUp(World world, List<EndpointPair> viewers)
    {
        foreach (var viewer in viewers)
        {
            if (viewer.Server is { Over: false, Session: ViewSession { Subscription: { } subscription } })
            {
                world.Require(subscription.Stats.Queued == 0, $"a viewer with a healthy link catches up: {subscription.Stats}");
            }
        }
    }

    private static void Check(World world, EndpointPair pair)
    {
        if (pair.Client.Session is not ViewClient client || pair.Server?.Session is not ViewSession { Subscription: { } subscription } view)
        {
            return;
        }

        var stats = subscription.Stats;
        world.Require(client.Judge.Taken <= stats.Delivered, "nobody gets more frames than were delivered");
        if (!pair.IsUnbroken || client.Ended != Reason.PeerClosed || view.Ended is not (Reason.Drained or Reason.StreamEnded))
        {
            return;
        }

        world.Marks.Hit("drained-without-loss");
        world.Require(client.AtBoundary, "an orderly end is at the end of a frame");
        world.Require(
            client.Bytes == stats.BytesDelivered, $"an orderly end loses nothing: {client.Bytes} of {stats.BytesDelivered} bytes came");
        world.Require(
            client.Judge.Missing <= subscription.Drops.Total + stats.Filtered,
            $"no gap without a counted drop: {client.Judge.Missing} are missing, {subscription.Drops.Total} were dropped, {stats.Filtered} filtered");
    }
}
