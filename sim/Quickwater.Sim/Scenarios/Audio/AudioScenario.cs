using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>
/// The audio server as it runs in production: stations whose sources starve, change and end, or are live and late now and then; listeners that join late, dawdle, vanish and leave, by
/// the protocol and over HTTP; strangers; limits of all kinds; the server drains in the end.
/// </summary>
public sealed class AudioScenario : Scenario
{
    // A live source is never silent for so long that its station goes off the air, which would forget what it slipped.
    private static readonly TimeSpan s_lineOffAirAfter = TimeSpan.FromSeconds(2);

    // Between two blocks of a live source, with the jitter of the second.
    private static readonly TimeSpan s_lineLateMax = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override string Name => "audio";

    /// <inheritdoc/>
    public override string Description => "Stations and listeners: starving sources, slow and vanishing clients, strangers, limits, drain.";

    /// <inheritdoc/>
    public override int SeedsInCi => 500;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Marks { get; } =
    [
        "close-slow", "drained-without-loss", "frame-split-between-batches", "join-at-key", "notice-closing", "notice-draining", "notice-offair",
        "notice-onair", "notice-skipped", "notice-throttled", "peer-refused", "reset-with-send-in-flight", "skip-to-live", "slip-taken-back", "source-starved",
        "stations-listed", "station-kept-time", "stranger-turned-away", "vanished-peer", "wav-drained",
        "wav-format-changed", "wav-skipped",
    ];

    /// <inheritdoc/>
    public override void Play(World world)
    {
        var rng = world.Rng;
        var server = world.AddHost("server", new EngineOptions
        {
            SendTimeout = TimeSpan.FromSeconds(rng.Between(10, 120)),
            TurnPassesMax = rng.Between(1, 16),
            WakePortion = 1 + (int)(world.Seed % 4),
            WakePatienceMax = TimeSpan.Zero,
        });
        var clients = world.AddHost("client");
        clients.HoldsBack = server.HoldsBack = true; // a limit of bytes a second holds back, and so does a ping until it is due
        var options = new AudioServerOptions
        {
            ClientsMax = rng.Chance(0.2) ? rng.Between(1, 4) : 100,
            BatchBytesMax = rng.Chance(0.5) ? 4096 : 32_768,
            Limits = Limits(rng),
        };
        StationOptions[] stations = [.. Enumerable.Range(0, rng.Between(1, 3)).Select(number => Station(rng, number))];
        var hub = new Media.Hub(server.Engine, options.ToHubLimits(stations), new SilentHubObserver());
        IAudioSource[] sources = [.. stations.Select(_ => rng.Chance(0.2) ? Line(world, rng.Fork()) : (IAudioSource)new SimSound(world, rng.Fork()))];
        var audio = new AudioServer(hub, new StationRegister(stations.Zip(sources, (station, source) => new Station(
            hub, source is SimLine ? station with { OffAirAfter = s_lineOffAirAfter } : station, source))), options);
        world.Watch(new HubLedger(hub, frameBytesMax: 100_000));
        world.Watch(new AudioLedger(audio, server));
        var cast = new AudioCast(world, clients, server, audio);
        var began = server.Engine.Clock.Now;
        audio.Stations.Start();
        cast.Join(rng.Below(9));
        cast.Intrude(rng.Below(3));
        cast.Download(rng.Below(4));

        world.Run(rng.Between(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)));
        world.Heal();
        world.Run(TimeSpan.FromSeconds(5));
        MustKeepTime(world, audio.Stations.All.Zip(sources), server.Engine.Clock.Now - began);
        MustBeOnTimeAgain(world, audio.Stations.All.Zip(sources));

        server.Drain(TimeSpan.FromMinutes(5));
        world.Run(TimeSpan.FromSeconds(1));
        audio.Stations.Stop(Reason.Drained);
        cast.SendAway();
        world.RunUntilClosed();
        world.Require(hub.Topics.Count == 0 && hub.PublisherCount == 0, "no topic and no publisher is left");
        world.Require(sources.All(static source => source is SimSound { Disposed: true } or SimLine { Disposed: true }), "every source was let go of");
        world.Require(audio.Clients.Count == 0 && audio.Stations.All.All(static station => station.Listeners.Now == 0), "nobody is in the books any more");
        cast.Check();
    }

    // A station whose source never starves is on time, whatever turns were late: it has published all that is due and nothing that is not.
    private static void MustKeepTime(World world, IEnumerable<(Station Station, IAudioSource Source)> all, TimeSpan passed)
    {
        foreach (var (station, _) in all.Where(static one => one.Source is SimSound { IsSteady: true }))
        {
            var (stats, format) = (station.Stats, station.Format);
            var behind = station.Options.LatencyMax + station.Options.Chunk + TimeSpan.FromSeconds(1); // it began in a turn that may have been late
            world.Require(format.IsValid && stats.Slips == 0, $"{station.Name} is on the air and never slipped");
            var published = format.TimeOf(stats.Chunks * format.FramesIn(station.Options.Chunk));
            world.Require(published <= passed + station.Options.Chunk, $"{station.Name} is ahead of time: {published} after {passed}");
            world.Require(published >= passed - behind, $"{station.Name} is late: {published} after {passed}");
            world.Marks.Hit("station-kept-time");
        }
    }

    // A live source that was late and is no more keeps nobody late: what waits in it is what the station needs, or was there before it was ever late.
    private static void MustBeOnTimeAgain(World world, IEnumerable<(Station Station, IAudioSource Source)> all)
    {
        foreach (var (station, source) in all.Where(static one => one.Source is SimLine))
        {
            world.Run(TimeSpan.FromMinutes(4)); // the longest calm that two hiccups can ask for is 160 s
            var stats = station.Stats;
            var needed = (station.Options.Chunk * 4) + station.Options.LatencyMax + s_lineLateMax + TimeSpan.FromMilliseconds(60);
            world.Require(
                stats.TakenBack >= stats.Slipped - TimeSpan.FromMilliseconds(1) || source.Backlog <= needed,
                $"{station.Name} slipped by {stats.Slipped}, took {stats.TakenBack} back, and {source.Backlog} wait");
            if (stats.TakenBack > TimeSpan.Zero)
            {
                world.Marks.Hit("slip-taken-back");
            }
        }
    }

    private static SimLine Line(World world, Rng rng)
    {
        var block = rng.Between(TimeSpan.FromMilliseconds(5), s_lineLateMax / 2);
        var line = new SimLine(world, rng.Fork(), rng.Between(1000, 8000), block, rng.UpTo(s_lineLateMax / 2));
        for (var hiccups = rng.Below(3); hiccups > 0; hiccups--)
        {
            var length = rng.UpTo(s_lineOffAirAfter * 0.6);
            world.Time.After(rng.UpTo(TimeSpan.FromSeconds(30)), () => line.Hold(length));
        }

        return line;
    }

    private static StationOptions Station(Rng rng, int number)
    {
        var chunk = TimeSpan.FromMilliseconds(rng.Between(20, 200));
        return new StationOptions
        {
            Name = $"station-{number}",
            Chunk = chunk,
            LatencyMax = chunk * rng.Between(1, 4),
            Burst = TimeSpan.FromMilliseconds(rng.Below(1000)),
            LagMax = TimeSpan.FromMilliseconds(rng.Between(300, 5000)),
            SkipsPerMinuteMax = rng.Chance(0.3) ? 0 : rng.Between(1, 10),
            StallMax = TimeSpan.FromSeconds(rng.Between(2, 60)),
            ListenersMax = rng.Chance(0.2) ? rng.Between(1, 3) : 100,
            OffAirAfter = TimeSpan.FromMilliseconds(rng.Between(100, 2000)),
            CatchUpMax = TimeSpan.FromMinutes(1),
        };
    }

    private static ConnectionLimits Limits(Rng rng) => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(rng.Between(1, 10)),
        IdleTimeout = TimeSpan.FromSeconds(rng.Between(5, 60)),
        DurationMax = rng.Chance(0.2) ? TimeSpan.FromSeconds(rng.Between(2, 20)) : null,
        SentBytesPerSecondMax = rng.Chance(0.3) ? rng.Between(30_000, 60_000) : null,
        ReceivedBytesPerSecondMax = rng.Chance(0.3) ? rng.Between(2000, 60_000) : null,
        PendingBytesMax = rng.Chance(0.3) ? rng.Between(10_000, 100_000) : 8 << 20,
    };
}
