using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>
/// A whole server: engine, hub and the systems that the configuration enables. Start it once, stop it once; the other members are
/// thread-safe.
/// </summary>
public sealed class QuickwaterServer : IAsyncDisposable
{
    // Pages, assets and API calls come on connections beside those of the viewers.
    private const int PageConnectionsMax = 1000;

    private readonly ServerConfiguration _configuration;
    private readonly ILoggerProvider _provider;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly LiveStreams _live = new();
    private readonly AttemptCounts _attempts = new();
    private readonly ServerObserver _observer;
    private readonly Engine _engine;
    private readonly Hub _hub;
    private readonly ServerMeter _meter;
    private readonly PrometheusCollector _metrics;
    private readonly ServerStatus _status;
    private readonly RtmpSessions _sessions;
    private readonly FlvViewers _viewers;
    private readonly AudioListeners _listeners;
    private readonly Instant _started;
    private readonly Housekeeping _housekeeping;
    private readonly List<WebPlaces> _webPlaces = [];
    private readonly RpcServer _rpcServer;
    private readonly AudioSystem _audio;
    private readonly EpollLoops? _loops;
    private TcpSystem? _rtmp;
    private TcpSystem? _rpc;
    private TcpSystem? _rpcTls;
    private TlsServer? _tls;
    private WebListener? _http;
    private WebListener? _admin;

    /// <summary>Makes a server that is not started.</summary>
    /// <param name="configuration">What it serves, where and within which limits.</param>
    /// <param name="keys">What publishers from elsewhere must give.</param>
    /// <param name="provider">Where it logs; stays the caller's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="defaultStream">The stream that the player page shows when none is named.</param>
    public QuickwaterServer(
        ServerConfiguration configuration, StreamKeys keys, ILoggerProvider provider, TimeProvider time, string? defaultStream = null)
    {
        _configuration = configuration;
        _provider = provider;
        _log = provider.CreateLogger("Quickwater.Server");
        _time = time;
        _observer = new ServerObserver(_log, _live, _attempts, time);
        _loops = EpollLoops.IsSupported ? new EpollLoops(Environment.ProcessorCount, _observer.Faulted) : null; // docs/adr/0002
        _engine = new Engine(configuration.Limits.ToEngineOptions(), new SystemScheduler(ownTimer: true, _observer.Faulted), time, _observer);
        _housekeeping = new Housekeeping(configuration.Limits, _engine, time);
        _hub = new Hub(_engine, configuration.ToHubLimits(), _observer);
        _rpcServer = RpcSystem.MakeServer(configuration.Rpc, new PooledBytes.Pool(_engine.Leaks), _attempts, _log);
        _audio = new AudioSystem(configuration.Audio, _engine, _loops, _log, time) { Descriptors = _housekeeping.Ledger };
        _meter = new ServerMeter(_engine, _housekeeping.Ledger, _hub, _observer, _attempts, Refused, () => _rpcServer.Stats);
        AudioInstruments.AddTo(_meter.Meter, _audio.Stations, _audio.Sources);
        _metrics = new PrometheusCollector(meter => ReferenceEquals(meter, _meter.Meter) || meter.Name == "System.Runtime");
        _status = new ServerStatus(
            _engine, _housekeeping.Ledger, _hub, _audio.Stations, _audio.Sources, Version, defaultStream, configuration.Http.ListStreams);
        _sessions = new RtmpSessions(_hub, configuration, keys, _observer);
        _viewers = new FlvViewers(_engine, _hub, _live, configuration.Http, _sessions.Flv, time);
        _listeners = new AudioListeners(_engine, _audio, configuration.Http.WaitForStream, _log);
        _started = _engine.Clock.Now;
    }

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(QuickwaterServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Where RTMP listens; null when it is off or not started.</summary>
    public IPEndPoint? Rtmp => _rtmp?.Local;

    /// <summary>Where RPC listens; null when it is off or not started.</summary>
    public IPEndPoint? Rpc => _rpc?.Local;

    /// <summary>Where RPC over TLS listens; null when it is off or not started.</summary>
    public IPEndPoint? RpcTls => _rpcTls?.Local;

    /// <summary>The SHA-256 of the certificate that RPC made for itself; null when it has another or none.</summary>
    public string? RpcPin => _configuration.Rpc.Tls.Options.SelfSigned ? _tls?.Fingerprint : null;

    /// <summary>Where the audio protocol listens; null when it is off, has no station, or is not started.</summary>
    public IPEndPoint? Audio => _audio.Local;

    /// <summary>The names of the audio stations.</summary>
    public IEnumerable<string> Stations => _audio.Stations.All.Select(static station => station.Name);

    /// <summary>Where HTTP for viewers listens; null when it is off or not started.</summary>
    public IPEndPoint? Http => _http?.Local;

    /// <summary>Where administration listens; null when it is off or not started.</summary>
    public IPEndPoint? Admin => _admin?.Local;

    /// <summary>What is alive: all zero when everything is closed.</summary>
    public LeakCounters Leaks => _engine.Leaks;

    private int HttpConnectionsMax => _configuration.Http.ViewersMax + _configuration.Rtmp.WaitingMax.InAll + (_audio.IsEnabled ? _configuration.Audio.ClientsMax : 0) + PageConnectionsMax;

    /// <summary>Starts every enabled system. On failure nothing is left running.</summary>
    public async Task<StartFailure?> StartAsync(CancellationToken cancel)
    {
        Log.Starting(_log, Version, Environment.ProcessId);
        if (_configuration.Rtmp.Enabled)
        {
            var rtmp = _configuration.Rtmp;
            (_rtmp, var failure) = ListenTcp(
                "rtmp", rtmp.Listen, new AcceptLimits { ConnectionsMax = rtmp.ConnectionsMax, ConnectionsPerAddressMax = rtmp.ConnectionsPerAddressMax }, _sessions.Rtmp,
                refusing: _sessions.Rtmp.Refusing, lostAfter: rtmp.LostAfter);
            if (failure is not null)
            {
                return await FailAsync(failure);
            }
        }

        if (_configuration.Rpc.Enabled)
        {
            var rpc = _configuration.Rpc;
            var limits = new AcceptLimits { ConnectionsMax = rpc.ConnectionsMax, ConnectionsPerAddressMax = rpc.ConnectionsPerAddressMax };
            (_rpc, var failure) = ListenTcp("rpc", rpc.Listen, limits, _rpcServer);
            if (failure is null && rpc.Tls.Enabled)
            {
                (_rpcTls, failure) = ListenTls("rpc.tls", rpc.Tls, limits, _rpcServer);
            }

            if (failure is not null)
            {
                return await FailAsync(failure);
            }
        }

        if (_audio.IsEnabled)
        {
            var why = _audio.Start();
            if (why != Reason.None)
            {
                return await FailAsync(new StartFailure("audio", _configuration.Audio.Listen, why));
            }

            Listening("audio", _audio.Local);
        }

        if (_configuration.Http.Enabled)
        {
            (_http, var failure) = await ListenAsync(
                "http", _configuration.Http.Listen, Places("http", HttpConnectionsMax, _configuration.Http.ConnectionsPerAddressMax), app => ViewerEndpoints.Map(app, _status, _viewers.HandleAsync, _listeners.HandleAsync), cancel);
            if (failure is not null)
            {
                return await FailAsync(failure);
            }
        }

        if (_configuration.Admin.Enabled)
        {
            (_admin, var failure) = await ListenAsync(
                "admin", _configuration.Admin.Listen, Places("admin", PageConnectionsMax, null), app => AdminEndpoints.Map(app, _configuration.Admin, _status, _metrics), cancel);
            if (failure is not null)
            {
                return await FailAsync(failure);
            }
        }

        SayWhatFits();
        _status.Started(new Dictionary<string, IPEndPoint?>(StringComparer.Ordinal)
        {
            ["rtmp"] = Rtmp, ["rpc"] = Rpc, ["rpc.tls"] = RpcTls, ["audio"] = Audio, ["http"] = Http, ["admin"] = Admin,
        });
        return null;
    }

    /// <summary>
    /// Stops: accepts no more, lets connections finish for the configured grace, cuts off those that did not, and closes.
    /// </summary>
    /// <param name="hurry">Cancelled to end at once.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        _status.Draining();
        _rtmp?.StopAccepting();
        _rpc?.StopAccepting();
        _rpcTls?.StopAccepting();
        _audio.StopAccepting();
        _viewers.StopAccepting();
        _listeners.StopAccepting();
        Log.Draining(_log, _engine.OpenCount, _configuration.ShutdownGrace.TotalSeconds, _configuration.PublishersGrace.TotalSeconds);
        await EngineStop.DrainAsync(_engine, _configuration.ShutdownGrace, _time, hurry, () => Log.CutOff(_log, _engine.OpenCount));
        _housekeeping.Dispose();
        _audio.Stations.Stop(Reason.Drained);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        foreach (var listener in new[] { _http, _admin })
        {
            await (listener?.StopAsync(soon.Token) ?? Task.CompletedTask);
        }

        Log.Stopped(
            _log, Math.Round((_engine.Clock.Now - _started).TotalSeconds, 1), _engine.OpenedTotal, _observer.StreamsStarted,
            _engine.BytesReceived, _engine.BytesSent);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _housekeeping.Dispose();
        await EngineStop.AbortAsync(_engine, Reason.Disposed, _time);
        await (_rtmp?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_rpc?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_rpcTls?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _audio.DisposeAsync();
        _loops?.Dispose();
        await (_http?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_admin?.DisposeAsync() ?? ValueTask.CompletedTask);
        _metrics.Dispose();
        _meter.Dispose();
        _engine.Dispose();
    }

    // Connections refused at accept, by reason.
    private IEnumerable<KeyValuePair<Reason, long>> Refused() =>
        new[] { _rtmp, _rpc, _rpcTls }.SelectMany(system => system?.Refused ?? new Dictionary<Reason, long>()).Concat(_audio.Refused).Concat(_listeners.Refused)
            .Concat(_webPlaces.SelectMany(static places => places.Refused))
            .GroupBy(pair => pair.Key).Select(group => KeyValuePair.Create(group.Key, group.Sum(pair => pair.Value)));

    private (TcpSystem? System, StartFailure? Failure) ListenTls(string name, TlsConfiguration tls, AcceptLimits limits, ISessionFactory sessions) =>
        TlsServer.TryCreate(tls.Options, new TlsLog(name.ToUpperInvariant(), _log), _time, out _tls, out var why)
            ? ListenTcp(name, tls.Listen, limits, sessions, _tls) : (null, new StartFailure(name, tls.Listen, Reason.InvalidConfiguration, why));

    private (TcpSystem? System, StartFailure? Failure) ListenTcp(
        string name, IPEndPoint listen, AcceptLimits limits, ISessionFactory sessions, TlsServer? tls = null, Func<Reason, ISessionFactory>? refusing = null,
        TimeSpan lostAfter = default)
    {
        var options = new TcpServerOptions
        {
            Listen = listen, Limits = limits, Descriptors = _housekeeping.Ledger, ToldMax = refusing is null ? 0 : _housekeeping.ToldMax,
            LostAfter = lostAfter,
        };
        var system = TcpSystem.Start(name.ToUpperInvariant(), options, _engine, sessions, _loops, _log, _time, out var why, tls, refusing);
        Listening(name, system?.Local);
        return (system, system is null ? new StartFailure(name, listen, why) : null);
    }

    private void SayWhatFits()
    {
        _housekeeping.Started();
        var (ledger, memory) = (_housekeeping.Ledger, _engine.Leaks.Memory);
        Log.Fits(
            _log, ledger.PlacesMax, ledger.PlacesPerAddressMax, ledger.ReservedMax, _housekeeping.DescriptorsMax, _housekeeping.OwnDescriptors,
            memory.BytesMax >> 20, memory.RefuseBytes >> 20);
    }

    private WebPlaces Places(string system, int most, int? perAddressMax)
    {
        var books = new AcceptLedger(new AcceptLimits { ConnectionsMax = most, ConnectionsPerAddressMax = perAddressMax }, _engine.Clock);
        var places = new WebPlaces(system, books, _housekeeping.Ledger, _engine.Leaks.Memory, isReserved: perAddressMax is null, _log, _observer.Faulted, _time);
        _webPlaces.Add(places);
        return places;
    }

    private async Task<(WebListener? Listener, StartFailure? Failure)> ListenAsync(
        string system, IPEndPoint listen, WebPlaces places, Action<WebApplication> map, CancellationToken cancel)
    {
        try
        {
            var listener = await WebListener.StartAsync(listen, places, _provider, map, cancel);
            Listening(system, listener.Local);
            return (listener, null);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Kestrel wraps the socket's error, deeper or less deep.
            Exception? at = e;
            while (at is not (null or SocketException or AddressInUseException))
            {
                at = at.InnerException;
            }

            var why = at is SocketException socket ? SocketReasons.Of(socket.SocketErrorCode)
                : at is AddressInUseException ? Reason.AddressInUse
                : Reason.TransportFault;
            return (null, new StartFailure(system, listen, why));
        }
    }

    private void Listening(string system, IPEndPoint? local)
    {
        if (local is not null)
        {
            Log.Listening(_log, system, local);
        }
    }

    private async Task<StartFailure> FailAsync(StartFailure failure)
    {
        var info = Reasons.Describe(failure.Why);
        Log.CannotListen(_log, failure.System, failure.Address.ToString(), failure.Text, info.Tag);
        using var now = new CancellationTokenSource(TimeSpan.Zero, _time);
        await StopAsync(now.Token);
        return failure;
    }
}
