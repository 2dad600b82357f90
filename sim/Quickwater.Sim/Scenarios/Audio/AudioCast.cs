using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>Who connects to the audio server of a world.</summary>
internal sealed class AudioCast(World world, SimHost clients, SimHost server, AudioServer audio)
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(20);

    private readonly Rng _rng = world.Rng.Fork();
    private readonly PooledBytes.Pool _buffers = new(clients.Engine.Leaks);
    private readonly List<(EndpointPair Pair, AudioClient Client, AudioJudge Judge, string Station)> _listeners = [];
    private readonly List<(EndpointPair Pair, WavJudge Judge)> _downloads = [];
    private readonly List<RawPeer> _strangers = [];

    /// <summary>Listeners come at any time; some leave again.</summary>
    internal void Join(int count)
    {
        for (; count > 0; count--)
        {
            world.Time.After(_rng.Chance(0.3) ? TimeSpan.Zero : _rng.UpTo(s_span), JoinOne);
        }
    }

    /// <summary>Listeners over HTTP come at any time.</summary>
    internal void Download(int count)
    {
        for (; count > 0; count--)
        {
            world.Time.After(_rng.UpTo(s_span), DownloadOne);
        }
    }

    /// <summary>Peers that are no clients of ours.</summary>
    internal void Intrude(int count)
    {
        for (; count > 0; count--)
        {
            world.Time.After(_rng.UpTo(s_span), () => _strangers.Add(new RawPeer(world, server, audio, StrangeBytes(), (RawManners)_rng.Below(4))));
        }
    }

    /// <summary>Those who are still there go.</summary>
    internal void SendAway()
    {
        world.Run(TimeSpan.FromMinutes(2)); // time for what was published to arrive, and for stalled ones to be ended
        foreach (var (pair, _, _, _) in _listeners)
        {
            pair.Client.Abort(Reason.Cancelled);
        }

        foreach (var (pair, _) in _downloads)
        {
            pair.Client.Abort(Reason.Cancelled);
        }

        foreach (var stranger in _strangers)
        {
            stranger.Leave();
        }
    }

    /// <summary>What must hold in the end.</summary>
    internal void Check()
    {
        foreach (var (pair, client, judge, station) in _listeners)
        {
            if (client.Session is not { } session || pair.Server is null)
            {
                continue;
            }

            world.Require(session.Stats.Repeated == 0, "no chunk comes twice");
            if (session.Ended == Reason.RefusedByPeer)
            {
                world.Marks.Hit("peer-refused");
                world.Require(session.PeerReason == pair.Server.Ended, $"a refusal says why: {session.PeerReason}, not {pair.Server.Ended}");
            }

            if (!pair.IsUnbroken || session.Ended != Reason.PeerClosed || pair.Server.Ended is not (Reason.Drained or Reason.StreamEnded))
            {
                continue;
            }

            world.Marks.Hit("drained-without-loss");
            world.Require(session.PeerReason == pair.Server.Ended, $"an end says why: {session.PeerReason}, not {pair.Server.Ended}");
            if (pair.Server.Ended == Reason.StreamEnded && judge.LastSequence >= 0 && audio.Stations.TryFind(station, out var found))
            {
                world.Require(
                    judge.EndsWithSkip || judge.LastSequence == found.Stats.Chunks - 1,
                    $"the last chunk of a station that ended arrives: {judge.LastSequence} of {found.Stats.Chunks}");
            }
        }

        foreach (var (pair, judge) in _downloads)
        {
            world.Require(!pair.IsUnbroken || !judge.IsWhole || judge.IsAtBoundary, "a body that ends in order ends behind a whole sample");
            if (judge.IsWhole && pair.Server is { Ended: Reason.FormatChanged or Reason.Drained } server)
            {
                world.Marks.Hit(server.Ended == Reason.Drained ? "wav-drained" : "wav-format-changed");
            }
        }

        foreach (var stranger in _strangers)
        {
            if (stranger.Served is { Ended: Reason.WrongProtocol or Reason.UnexpectedMessage or Reason.MessageTooLarge or Reason.MalformedMessage })
            {
                world.Marks.Hit("stranger-turned-away");
            }
        }
    }

    private void JoinOne()
    {
        var station = $"station-{_rng.Below(_rng.Chance(0.1) ? 4 : audio.Stations.All.Count)}";
        var lists = _rng.Chance(0.2);
        var options = new AudioClientOptions
        {
            Station = lists && _rng.Chance(0.5) ? "" : station,
            ListsStations = lists,
            Burst = _rng.Chance(0.5) ? null : TimeSpan.FromMilliseconds(_rng.Below(6000)),
            IdleTimeout = TimeSpan.FromMinutes(5),
            SetupTimeout = TimeSpan.FromSeconds(30),
        };
        var judge = new AudioJudge(world, $"listener {_listeners.Count}");
        var client = new AudioClient(options, _buffers, judge);
        ISessionFactory session = _rng.Chance(0.4)
            ? new DawdlingSession.Factory(client, _rng.Fork(), _rng.Between(2000, 60_000), stalls: 0.02) : client;
        var pair = world.Dial(clients, session, server, audio);
        _listeners.Add((pair, client, judge, station));
        if (_rng.Chance(0.2))
        {
            world.Time.After(_rng.UpTo(s_span), () => pair.Client.Connection?.Post(Command.Kick(Reason.Completed)));
        }
    }

    private void DownloadOne()
    {
        var judge = new WavJudge(world, $"download {_downloads.Count}");
        var listener = new WavListener(
            audio, $"station-{_rng.Below(audio.Stations.All.Count)}", "", wantsTitles: false, _rng.UpTo(TimeSpan.FromSeconds(10)));
        ISessionFactory session = _rng.Chance(0.4) ? new DawdlingSession.Factory(judge, _rng.Fork(), _rng.Between(2000, 60_000), stalls: 0.02) : judge;
        _downloads.Add((world.Dial(clients, session, server, listener), judge));
    }

    private byte[] StrangeBytes()
    {
        var noise = new byte[_rng.Between(1, 3000)];
        _rng.Fill(noise);
        var hello = AudioMessageWriter.ToArray(new Hello(_rng.Chance(0.5) ? "station-0" : "", "stranger"));
        return _rng.Below(4) switch
        {
            0 => "GET / HTTP/1.1\r\nHost: server\r\n\r\n"u8.ToArray(),
            1 => hello[.._rng.Between(1, hello.Length - 1)],
            2 => [.. hello, .. noise],
            _ => noise,
        };
    }
}
