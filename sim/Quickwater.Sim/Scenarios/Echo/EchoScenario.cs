using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// The engine alone: clients send frames, a server gives them back in order, exactly once. Some clients are slow, some are rude, some are
/// kicked; the server drains in the end.
/// </summary>
public sealed class EchoScenario : Scenario
{
    /// <inheritdoc/>
    public override string Name => "echo";

    /// <inheritdoc/>
    public override string Description => "Clients send frames of 12 bytes and get each back, in order, exactly once.";

    /// <inheritdoc/>
    public override int SeedsInCi => 400;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "all-echoed", "ask-timed-out", "close-with-send-in-flight", "close-with-unread-input", "drained-without-loss",
        "half-closed-and-answered", "interrupted-turn", "late-completion", "local-fault", "peer-finished",
        "receive-paused", "reset-by-late-input", "reset-with-send-in-flight", "send-beyond-kernel-buffer", "send-stalled",
        "stale-answer-ignored", "sync-send-with-backlog", "turn-budget-spent", "vanished-peer",
    ];

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        var options = new EngineOptions
        {
            SendTimeout = TimeSpan.FromSeconds(rng.Between(2, 60)),
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 65_536,
            ReceiveBytesMax = rng.Chance(0.5) ? 4096 : 32_768,
            TurnPassesMax = rng.Between(1, 16),
            WakePortion = 1 + (int)(world.Seed % 4),
            WakePatienceMax = TimeSpan.Zero,
        };
        var server = world.AddHost("server", options);
        server.MayFault = true;
        var clients = world.AddHost("client", options);
        var echo = new EchoServer.Factory(world);
        var pairs = new List<EndpointPair>();
        for (var i = rng.Between(1, 6); i > 0; i--)
        {
            var frames = rng.Chance(0.3) ? rng.Between(1, 40_000) : rng.Between(1, 2000);
            pairs.Add(world.Dial(clients, new EchoClient.Factory(world, frames), server, echo));
        }

        var raw = new List<RawPeer>();
        for (var i = rng.Below(4); i > 0; i--)
        {
            raw.Add(new RawPeer(world, server, echo, RawOutput(rng), (RawManners)rng.Below(4)));
        }

        if (rng.Chance(0.3))
        {
            world.Time.After(rng.UpTo(TimeSpan.FromSeconds(10)), () => EndSome(world, server));
        }

        var drainsEarly = rng.Chance(0.5);
        world.Run(rng.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(40)));
        world.Heal();
        if (!drainsEarly)
        {
            world.RunUntilQuiet();
        }

        server.Drain(TimeSpan.FromMinutes(5));
        world.Run(TimeSpan.FromMinutes(5));
        foreach (var peer in raw)
        {
            CheckRaw(world, peer);
            peer.Leave();
        }

        world.RunUntilClosed();
        foreach (var pair in pairs)
        {
            Check(world, pair, drainsEarly);
        }

        if (server.Closed.ContainsKey(Reason.SendStalled))
        {
            world.Marks.Hit("send-stalled");
        }

        if (server.Closed.ContainsKey(Reason.LocalFault))
        {
            world.Marks.Hit("local-fault");
        }
    }

    private static byte[] RawOutput(Rng rng)
    {
        var frames = rng.Chance(0.3) ? rng.Between(1, 30_000) : rng.Between(1, 3000);
        var bytes = new byte[frames * EchoFrame.Size];
        for (var i = 0; i < frames; i++)
        {
            new EchoFrame(EchoKind.Plain, (uint)i).Write(bytes.AsSpan(i * EchoFrame.Size));
        }

        var last = bytes.AsSpan(bytes.Length - EchoFrame.Size);
        if (rng.Chance(0.2))
        {
            last.Fill(0xFF); // garbage
        }
        else if (rng.Chance(0.2))
        {
            new EchoFrame(EchoKind.Throw, 0).Write(last);
        }

        return rng.Chance(0.1) ? bytes[..^3] : bytes;
    }

    private static void EndSome(World world, SimHost server)
    {
        foreach (var endpoint in server.Endpoints)
        {
            if (endpoint.Over || endpoint.Connection is not { } connection || !world.Rng.Chance(0.3))
            {
                continue;
            }

            if (world.Rng.Chance(0.5))
            {
                endpoint.Abort(Reason.ForcedStop);
            }
            else
            {
                connection.Post(Command.Kick(Reason.Kicked));
            }
        }
    }

    private static void Check(World world, EndpointPair pair, bool drainedEarly)
    {
        if (pair.Client.Session is not EchoClient client || pair.Server?.Session is not EchoServer server)
        {
            world.Fail("every call is accepted");
            return;
        }

        var unbroken = pair.IsUnbroken;
        world.Require(client.Received <= server.Taken, "no echo comes from nowhere");
        world.Require(
            client.Ended != Reason.Completed || client.Received == client.Frames, "a client completes with all its echoes");
        if (client.Ended == Reason.Completed)
        {
            world.Marks.Hit("all-echoed");
        }

        if (unbroken && server.Ended is Reason.Drained or Reason.Kicked && client.Ended == Reason.PeerClosed)
        {
            world.Require(client.Received == server.Taken, $"an orderly end loses nothing: {client.Received} of {server.Taken} echoes came");
            world.Marks.Hit("drained-without-loss");
        }

        if (unbroken && !drainedEarly && server.Ended != Reason.Kicked && server.Ended != Reason.ForcedStop
            && server.Ended != Reason.SendStalled && client.Ended != Reason.SendStalled)
        {
            world.Require(
                client.Ended == Reason.Completed,
                $"on a link that was never broken everything is echoed: {client.Ended}, {server.Ended}, {client.Received} of {client.Frames}");
        }
    }

    private static void CheckRaw(World world, RawPeer peer)
    {
        var received = peer.Received.Span;
        for (var i = 0; i + EchoFrame.Size <= received.Length; i += EchoFrame.Size)
        {
            world.Require(
                EchoFrame.TryRead(received[i..], out var frame) && frame.Number == i / EchoFrame.Size,
                "echoes come in order, exactly once, to a raw peer too");
        }

        if (peer.Manners == RawManners.HalfClose && peer.Finished && peer.Served?.Session is EchoServer { Ended: Reason.PeerClosed } server)
        {
            world.Require(peer.Received.Length == server.Taken * EchoFrame.Size, "a half-closed peer gets all its answers");
            world.Marks.Hit("half-closed-and-answered");
        }
    }
}
