using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using SimWorld = Quickwater.Sim.World;

namespace Quickwater.Audio.Tests;

/// <summary>Stations and their server in a world on virtual time. Disposing it cuts all links, stops the stations and demands that nothing is left.</summary>
internal sealed class AudioStudio : IHubObserver, IDisposable
{
    private readonly List<Listener> _listeners = [];
    private readonly List<Download> _downloads = [];

    public AudioStudio(
        Pattern? source = null, StationOptions? options = null, ConnectionLimits? limits = null, Faults? faults = null, ulong seed = 1,
        int clientsMax = 10_000, bool started = true, Func<SimWorld, SimLine>? line = null, Action<Station>? changed = null,
        Func<HubLimits, HubLimits>? hub = null)
    {
        World = new SimWorld(seed, faults ?? Faults.None);
        Server = World.AddHost("server");
        Clients = World.AddHost("clients");
        Clients.HoldsBack = Server.HoldsBack = true;
        Source = source ?? new Pattern(Pattern.Speech);
        options ??= new StationOptions { Name = "speech" };
        var settings = new AudioServerOptions { ClientsMax = clientsMax };
        settings = settings with { Limits = limits ?? settings.Limits };
        Hub = new Hub(Server.Engine, hub?.Invoke(settings.ToHubLimits([options])) ?? settings.ToHubLimits([options]), this);
        Line = line?.Invoke(World);
        Station = new Station(Hub, options, Line is null ? Source : Line, changed);
        Stations = new StationRegister([Station]);
        Audio = new AudioServer(Hub, Stations, settings);
        if (started)
        {
            Stations.Start();
        }
    }

    public SimWorld World { get; }

    public SimHost Server { get; }

    public SimHost Clients { get; }

    public Hub Hub { get; }

    public Pattern Source { get; }

    /// <summary>What plays instead of <see cref="Source"/>.</summary>
    public SimLine? Line { get; }

    public Station Station { get; }

    public StationRegister Stations { get; }

    public AudioServer Audio { get; }

    public Listener Listen(AudioClientOptions? options = null, Func<ISessionFactory, ISessionFactory>? slowed = null)
    {
        var heard = new Heard();
        var client = new AudioClient(options ?? new AudioClientOptions { Station = "speech", Burst = TimeSpan.Zero }, new PooledBytes.Pool(Clients.Engine.Leaks), heard);
        var listener = new Listener(World.Dial(Clients, slowed is null ? client : slowed(client), Server, Audio), client, heard);
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>A listener who gets the station as WAV, with a connection of the same faults as everybody's.</summary>
    public Download Download(
        string station = "speech", bool titles = false, TimeSpan? offAirMax = null, Func<ISessionFactory, ISessionFactory>? slowed = null)
    {
        var taken = new Download();
        var listener = new WavListener(Audio, station, "test", titles, offAirMax ?? TimeSpan.FromSeconds(10));
        taken.Over(World.Dial(Clients, slowed is null ? taken : slowed(taken), Server, listener));
        _downloads.Add(taken);
        return taken;
    }

    /// <summary>A client that is there before the first chunk; the studio was made without starting the stations.</summary>
    public Listener ListenFromTheStart()
    {
        var listener = Listen();
        Run(0.1);
        Stations.Start();
        return listener;
    }

    /// <summary>A peer that sends these bytes.</summary>
    public RawPeer Raw(byte[] output, RawManners manners = RawManners.WaitForEnd) => new(World, Server, Audio, output, manners);

    public void Run(double seconds) => World.Run(TimeSpan.FromSeconds(seconds));

    public void Dispose()
    {
        foreach (var listener in _listeners)
        {
            listener.Leave();
        }

        foreach (var download in _downloads)
        {
            download.Leave();
        }

        Stations.Stop(Reason.Disposed);
        foreach (var host in World.Hosts)
        {
            host.Engine.Abort(Reason.Cancelled);
        }

        World.RunUntilClosed();
        Run(1);
        Assert.True(Station.IsOver);
        Assert.True(Line?.Disposed ?? Source.Disposed);
        Assert.Empty(Hub.Topics);
        Assert.Equal(0, Station.Listeners.Now);
        Assert.Equal(0, Audio.Clients.Count);
        Assert.Equal(Station.Listeners.Opened, Station.Listeners.Closed.Values.Sum());
        Assert.True(Station.Totals.AddsUp, Station.Totals.ToString());
        World.Dispose();
    }

    public void Started(Topic topic, ConnectionInfo publisher)
    {
    }

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
    {
    }

    public void Joined(Subscription viewer)
    {
    }

    public void Left(Subscription viewer)
    {
    }

    public void TimestampGap(Topic topic, TimeSpan gap)
    {
    }
}
