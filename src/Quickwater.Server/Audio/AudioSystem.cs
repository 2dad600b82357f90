using System.Net;
using Microsoft.Extensions.Logging;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// The audio stations with their sources and their listeners. It has a hub of its own, because sound wants other limits than video; the engine is
/// the server's. Thread-safe.
/// </summary>
internal sealed class AudioSystem : IAsyncDisposable
{
    private const string Name = "audio";

    // A station that is told to stop needs one turn; this is for one whose turn never comes.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly AudioConfiguration _configuration;
    private readonly Engine _engine;
    private readonly EpollLoops? _loops;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly List<SourceWorker> _workers = [];
    private readonly PipeClaims _claims = new();
    private TcpSystem? _tcp;
    private bool _started;

    /// <summary>Makes the stations; nothing runs before <see cref="Start"/>.</summary>
    public AudioSystem(AudioConfiguration configuration, Engine engine, EpollLoops? loops, ILogger log, TimeProvider time)
    {
        _configuration = configuration;
        _engine = engine;
        _loops = loops;
        _log = log;
        _time = time;
        var options = configuration.ToServerOptions();
        var stations = configuration.Stations.Items.Select(configuration.ToStationOptions).ToArray();
        Hub = new Hub(engine, options.ToHubLimits(stations), new AudioObserver(log));
        Stations = new StationRegister(IsEnabled ? configuration.Stations.Items.Zip(stations, Create) : []);
        Sessions = new AudioServer(Hub, Stations, options);
        Accepted = new AcceptLedger(configuration.ToAcceptLimits(), engine.Clock);
    }

    /// <summary>Whether it is switched on and has anything to play.</summary>
    public bool IsEnabled => _configuration.Enabled && _configuration.Stations.Items.Count > 0;

    /// <summary>Where stations publish and listeners subscribe.</summary>
    public Hub Hub { get; }

    /// <summary>What there is to hear.</summary>
    public StationRegister Stations { get; }

    /// <summary>Sessions of the audio protocol; its limits and clients are those of all listeners, whatever their protocol.</summary>
    public AudioServer Sessions { get; }

    /// <summary>The books of connections by address, which all listeners share, whatever their protocol.</summary>
    public AcceptLedger Accepted { get; }

    /// <summary>What reads the stations' sources, and their fallbacks' behind them.</summary>
    public IReadOnlyList<SourceWorker> Sources => _workers;

    /// <summary>The books of all connections of the server.</summary>
    public DescriptorLedger? Descriptors { get; init; }

    /// <summary>Where it listens; null when it does not.</summary>
    public IPEndPoint? Local => _tcp?.Local;

    /// <summary>Connections refused at accept, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Refused => _tcp?.Refused ?? new Dictionary<Reason, long>();

    /// <summary>Starts the stations and listens. <see cref="Reason.None"/>, or why it could not.</summary>
    public Reason Start()
    {
        var options = new TcpServerOptions { Listen = _configuration.Listen, Limits = _configuration.ToAcceptLimits(), Ledger = Accepted, Descriptors = Descriptors };
        _tcp = TcpSystem.Start(Name, options, _engine, Sessions, _loops, _log, _time, out var why);
        if (_tcp is null)
        {
            return why;
        }

        foreach (var worker in _workers)
        {
            worker.Start();
        }

        Stations.Start();
        _started = true;
        return Reason.None;
    }

    /// <summary>Stops accepting at once; open connections live on.</summary>
    public void StopAccepting() => _tcp?.StopAccepting();

    /// <summary>Ends it. Its connections are closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        await (_tcp?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (!_started)
        {
            return;
        }

        Stations.Stop(Reason.Disposed);
        using var patience = new CancellationTokenSource(StopTimeout, _time);
        while (Stations.All.Any(static station => !station.IsOver) && !patience.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), _time);
        }

        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }
    }

    private Station Create(StationConfiguration station, StationOptions options)
    {
        if (station.Source == DemoTune.Source)
        {
            return new Station(Hub, options, DemoTune.Open());
        }

        var source = Read(station, station.Source);
        return new Station(
            Hub, options,
            station.Fallback.Length == 0 ? source : new FallbackSource(source, Read(station with { Raw = null, Loop = true }, station.Fallback), options.OffAirAfter / 2),
            new PlayLog(_log, _time).Tell);
    }

    private ReadAheadQueue Read(StationConfiguration station, string source)
    {
        var worker = new SourceWorker(station.Name, source, station.Loop, station.Raw, _log, _time, _claims);
        _workers.Add(worker);
        return worker.Queue;
    }
}
