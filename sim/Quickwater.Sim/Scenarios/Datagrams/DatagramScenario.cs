using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// The engine's datagram ports alone: clients behind translators send numbered datagrams, a server of several shards gives them back. The network loses, reorders,
/// copies, changes and delays them; clients roam and fall silent; some are kicked; the server drains in the end.
/// </summary>
public sealed class DatagramScenario : Scenario
{
    /// <inheritdoc/>
    public override string Name => "datagrams";

    /// <inheritdoc/>
    public override string Description => "Clients send datagrams to a server of several shards over networks of all kinds, and roam.";

    /// <inheritdoc/>
    public override int SeedsInCi => 300;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "all-echoed-when-healed", "answer-dropped", "datagram-Blackout", "datagram-Lost", "datagram-Mtu", "datagram-Queue", "datagram-ReceiveBuffer",
        "datagram-Unbound", "datagram-Unread", "datagram-copied", "datagram-corrupted", "datagram-empty", "datagram-not-whole", "datagram-overtaken",
        "datagram-oversized", "datagram-refused", "datagram-send-waits", "datagrams-received-together", "datagrams-sent-together", "drained-port",
        "failed-AddressNotAvailable", "failed-ConnectionRefused", "failed-NoBufferSpace", "interrupted-turn", "loss-burst", "nat-rebound", "peer-faulted",
        "peer-fell-silent", "peer-kicked", "peer-roamed", "port-aborted", "port-budget-spent", "refused-TooManyConnections", "stray-dropped", "stray-passed",
    ];

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        world.Datagrams.Weather = DatagramFaults.Swarm(world.Seed);
        var engine = new EngineOptions { TurnPassesMax = rng.Between(1, 16), FlushTimeout = TimeSpan.FromSeconds(5) };
        var server = world.AddHost("server", engine);
        var clients = world.AddHost("client", engine);
        server.MayFault = true;
        var ports = Serve(world, server, rng.Between(1, 3));
        PortWatch[] asking = [.. Enumerable.Range(1, rng.Between(1, 6)).Select(number => Ask(world, clients, (uint)number, ports[0].DatagramSocket.Seen))];

        if (rng.Chance(0.5))
        {
            world.Time.After(rng.UpTo(TimeSpan.FromSeconds(10)), () => Kick(server, rng));
        }

        world.Run(rng.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12)));
        world.Heal();
        world.Run(TimeSpan.FromSeconds(2)); // what was held up comes
        uint[] from = [.. asking.Select(static one => Session(one).Next)];
        foreach (var one in asking)
        {
            Session(one).IsOdd = false;
        }

        world.Run(TimeSpan.FromSeconds(2));
        var isRude = rng.Chance(0.3);
        foreach (var one in isRude ? [] : asking)
        {
            Session(one).Stop();
        }

        if (isRude)
        {
            world.RunUntil(() => ports.Any(static one => one.DatagramSocket.Waiting > 0), TimeSpan.FromSeconds(10), "a client asks");
        }
        else
        {
            world.Run(TimeSpan.FromSeconds(2));
        }

        End(world, server, clients, rng);
        Check(world, ports, asking, isRude ? null : from);
    }

    private static PortWatch[] Serve(World world, SimHost server, int shards)
    {
        var rng = world.Rng;
        var echo = new EchoPort.Factory(world, TimeSpan.FromSeconds(rng.Between(1, 20)), rng.Chance(0.3) ? rng.Between(1, 20) : 4096);
        var options = new DatagramPortOptions
        {
            PeersMax = rng.Chance(0.2) ? rng.Between(1, 4) : 1000,
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 65_536,
            BatchDatagramsMax = rng.Between(1, 100),
            ReceivesMax = rng.Between(1, 100),
            StraysMax = rng.Chance(0.5) ? rng.Between(1, 3) : 256,
        };
        var group = new DatagramShards(options);
        var ports = new List<PortWatch>();
        for (var shard = 0; shard < shards; shard++)
        {
            var socket = ports.Count == 0 ? world.Datagrams.Bind("server-0") : world.Datagrams.Share($"server-{shard}", ports[0].DatagramSocket);
            ports.Add(server.OpenPort(socket, echo, options with { Shard = shard }, group));
        }

        return [.. ports];
    }

    private static PortWatch Ask(World world, SimHost clients, uint number, DatagramAddress server)
    {
        var socket = world.Datagrams.Bind($"client-{number}", behindNat: true);
        if (world.Rng.Chance(0.5))
        {
            world.Time.After(world.Rng.UpTo(TimeSpan.FromSeconds(10)), socket.Rebind);
        }

        return clients.OpenPort(socket, new AskPort.Factory(world, number, server, world.Rng.Fork()), new DatagramPortOptions());
    }

    private static AskPort Session(PortWatch watch) => (AskPort)watch.Session;

    private static void Kick(SimHost server, Rng rng)
    {
        foreach (var peer in server.Ports.SelectMany(static port => port.Port?.Peers ?? []).OrderBy(static peer => peer.Info.Id).ToArray())
        {
            if (rng.Chance(0.5))
            {
                peer.Post(Command.Kick(Reason.Kicked));
            }
        }
    }

    private static void End(World world, SimHost server, SimHost clients, Rng rng)
    {
        if (rng.Chance(0.2))
        {
            world.Marks.Hit("port-aborted");
            server.Engine.Abort(Reason.ForcedStop);
        }
        else
        {
            server.Drain(TimeSpan.FromMinutes(1));
        }

        if (rng.Chance(0.5))
        {
            world.Run(TimeSpan.FromSeconds(1));
        }

        clients.Engine.Kick(Reason.Completed);
        world.RunUntilClosed();
    }

    private static void Check(World world, PortWatch[] ports, PortWatch[] asking, uint[]? from)
    {
        foreach (var watch in ports)
        {
            var echo = (EchoPort)watch.Session;
            world.Require(
                echo.Taken == echo.Echoed + echo.Passed + echo.Refused + echo.Dropped + echo.Thrown,
                $"{watch.DatagramSocket.Name}: each whole datagram has one fate: {echo.Taken} taken, {echo.Echoed} echoed, {echo.Passed} passed on, {echo.Refused} refused, {echo.Dropped} dropped, {echo.Thrown} thrown");
            Mark(world, "drained-port", watch.Port is { Ended: Reason.Drained });
            Mark(world, "datagram-oversized", watch.Port is { Stats.Oversized: > 0 });
        }

        // Whom the server had no place for was not served, and whose answers it had no room for has gaps.
        var isGenerous = ports.All(static watch => ((EchoPort)watch.Session) is { Refused: 0, Dropped: 0 } && watch.Port is { Stats.StraysDropped: 0 });
        for (var i = 0; i < asking.Length; i++)
        {
            var ask = Session(asking[i]);
            world.Require(ask.Echoed <= ask.Next, $"client {i + 1} gets back no more than it sent");
            world.Require(ask.Again == 0 || world.Datagrams.Ledger.Duplicated > 0, $"client {i + 1} gets nothing twice unless the network copies");
            if (isGenerous && from is not null)
            {
                world.Require(ask.HasAllFrom(from[i]), $"client {i + 1} gets back all that it sent when nothing went wrong any more");
                Mark(world, "all-echoed-when-healed", ask.Next > from[i]);
            }
        }

        world.Require(world.Datagrams.Ledger is { OnTheWay: 0 } && world.Datagrams.Waiting == 0, $"nothing is on the way for ever");
    }

    private static void Mark(World world, string mark, bool isReached)
    {
        if (isReached)
        {
            world.Marks.Hit(mark);
        }
    }
}
