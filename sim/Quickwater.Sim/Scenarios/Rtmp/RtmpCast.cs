using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>Who takes part in the RTMP scenario, and what is expected of the server towards each of them.</summary>
internal sealed class RtmpCast(World world, SimHost clients, SimHost server, RtmpServer rtmp)
{
    private readonly Rng _rng = world.Rng.Fork();
    private readonly PooledBytes.Pool _buffers = new(clients.Engine.Leaks);
    private readonly IEntropy _entropy = new SimEntropy(world.Rng.Fork());
    private readonly List<(EndpointPair Pair, RtmpClient Client, JudgingSink Sink)> _players = [];
    private readonly List<(EndpointPair Pair, RtmpClient Client)> _publishers = [];
    private readonly List<(EndpointPair Pair, Desk Desk)> _desks = [];
    private readonly List<RawPeer> _strangers = [];
    private uint _publications = 1000;

    /// <summary>One publisher after the other, sometimes before the last one has gone.</summary>
    internal void Publish(uint publication, int left)
    {
        var length = _rng.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25));
        var time = _rng.Chance(0.2) ? uint.MaxValue - (uint)_rng.Below(10_000) : 0; // some wrap on the way
        var source = new EncoderSource(new SimEncoder(_rng.Fork(), publication), length, time, clients.Engine.Leaks);
        var client = RtmpClient.Publisher(Options(), _buffers, _entropy, source);
        _publishers.Add((world.Dial(clients, client, server, rtmp), client));
        if (left > 1)
        {
            world.Time.After(
                _rng.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15)), () => Publish(publication + 1, left - 1));
        }
    }

    /// <summary>Players that join at any time.</summary>
    internal void Join(int count)
    {
        for (var i = 0; i < count; i++)
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(30)), Play);
        }
    }

    /// <summary>Clients with several streams each.</summary>
    internal void Employ(int count)
    {
        for (var i = 0; i < count; i++)
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(20)), () =>
            {
                var desk = new Desk(world, $"desk {_desks.Count}", _buffers, () => ++_publications);
                _desks.Add((world.Dial(clients, desk, server, rtmp), desk));
            });
        }
    }

    /// <summary>Peers that do not speak RTMP, or not for long.</summary>
    internal void Intrude(int count)
    {
        for (var i = 0; i < count; i++)
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(20)), () =>
                _strangers.Add(new RawPeer(world, server, rtmp, StrangeBytes(), (RawManners)_rng.Below(4))));
        }
    }

    /// <summary>A healed network has had ten minutes: whoever still plays has everything.</summary>
    internal void MustHaveCaughtUp()
    {
        foreach (var endpoint in server.Endpoints)
        {
            foreach (var place in endpoint is { Over: false, Session: IMediaSession session } ? session.Places : [])
            {
                world.Require(
                    place.Views is not { } viewer || viewer.Stats.Queued == 0,
                    $"a player with a healthy link catches up: {place.Views?.Stats}");
            }
        }

        foreach (var (pair, desk) in _desks)
        {
            if (pair is { IsUnbroken: true, Server.Over: false, Client.Over: false })
            {
                world.Require(desk.Unanswered == 0, $"every question has its answer, but {desk.Unanswered} have not");
            }
        }
    }

    /// <summary>The strangers that are still there leave.</summary>
    internal void SendAway()
    {
        foreach (var stranger in _strangers)
        {
            stranger.Leave();
        }
    }

    /// <summary>What must be true of everybody's end.</summary>
    internal void Check()
    {
        foreach (var (pair, client, sink) in _players)
        {
            MustHaveEnded(pair, client, sink.Judge.Taken);
            world.Require(
                !pair.IsUnbroken || pair.Server?.Session.Ended != Reason.Drained || client.Session?.Ended != Reason.PeerClosed || !sink.IsPlaying,
                $"{pair.Client.Transport.Name}: a viewer that is drained has heard that its stream is over");
        }

        foreach (var (pair, _) in _desks)
        {
            world.Require(
                pair.Server is not { } served || Reasons.Describe(served.Session.Ended).Fault != Fault.Peer || served.Session.Ended == Reason.TruncatedInput,
                $"{pair.Client.Transport.Name}: a desk keeps the protocol, and yet it ended with {pair.Server?.Session.Ended}");
        }

        foreach (var (pair, client) in _publishers)
        {
            MustHaveEnded(pair, client, 0);
        }

        foreach (var stranger in _strangers)
        {
            if (stranger.Served is { } served && Reasons.Describe(served.Session.Ended).Fault is Fault.Peer or Fault.Limit)
            {
                world.Marks.Hit("stranger-turned-away");
            }
        }
    }

    private void MustHaveEnded(EndpointPair pair, RtmpClient client, long taken)
    {
        if (pair.Server is not { } served || client.Session is not { } session)
        {
            return;
        }

        world.Require(
            Reasons.Describe(served.Session.Ended).Fault != Fault.Peer || served.Session.Ended == Reason.TruncatedInput,
            $"{pair.Client.Transport.Name}: a client of ours keeps the protocol, and yet it ended with {served.Session.Ended}");
        world.Require(
            Reasons.Describe(session.Ended).Fault != Fault.Peer || session.Ended is Reason.TruncatedInput or Reason.RefusedByPeer,
            $"{pair.Client.Transport.Name}: the server keeps the protocol, and yet its client ended with {session.Ended}");
        if (session.Ended == Reason.RefusedByPeer)
        {
            world.Marks.Hit("peer-refused");
            world.Require(!session.PeerStatus.IsEmpty, "a refusal says why");
        }

        if (pair.IsUnbroken && served.Session.Ended == Reason.Drained && taken > 0)
        {
            world.Marks.Hit("drained");
        }
    }

    private void Play()
    {
        var name = $"player {_players.Count}";
        var sink = new JudgingSink(world, name, new FrameJudge(world, name, needsConfig: true, inOrder: false));
        var client = RtmpClient.Player(Options(), _buffers, _entropy, sink);
        var slow = _rng.Chance(0.3);
        ISessionFactory session = slow
            ? new DawdlingSession.Factory(client, _rng.Fork(), _rng.Between(5000, 300_000), stalls: 0.01)
            : client;
        _players.Add((world.Dial(clients, session, server, rtmp), client, sink));
    }

    private RtmpClientOptions Options() => new()
    {
        Application = "live",
        Stream = "a",
        TcUrl = "rtmp://server/live",
        EndWithStream = _rng.Chance(0.5),
        SetupTimeout = TimeSpan.FromSeconds(30),
    };

    private byte[] StrangeBytes()
    {
        switch (_rng.Below(4))
        {
            case 0:
                return "GET / HTTP/1.1\r\nHost: server\r\n\r\n"u8.ToArray();
            case 1:
                return [3, .. new byte[_rng.Below(1536)]]; // half a handshake
            default:
                var noise = new byte[_rng.Between(3100, 20_000)];
                _rng.Fill(noise);
                noise[0] = 3; // a version that is spoken here, then a whole handshake of noise, then noise
                return noise;
        }
    }
}
