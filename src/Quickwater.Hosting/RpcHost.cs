using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>
/// An RPC server in your own process: listens on TCP and serves methods until it is stopped. The process's signals stay yours: call <see cref="StopAsync"/>.
/// Thread-safe.
/// </summary>
public sealed class RpcHost : IAsyncDisposable, ITcpServerEvents, ITlsEvents, IConnectionObserver
{
    private readonly Engine _engine;
    private readonly EpollLoops? _loops;
    private readonly RpcHostOptions _options;
    private readonly TlsServer? _tls;
    private TcpServer? _listener;

    private RpcHost(RpcMethods methods, RpcHostOptions options)
    {
        _options = options;
        if (options.Tls is { } tls && !TlsServer.TryCreate(tls, options.TlsEvents ?? this, TimeProvider.System, out _tls, out var why))
        {
            throw new ArgumentException($"TLS: {why}", nameof(options));
        }

        var observer = (IConnectionObserver)this;
        _engine = new Engine(new EngineOptions { MemoryBytesMax = options.MemoryBytesMax }, new SystemScheduler(ownTimer: true, observer.Faulted), TimeProvider.System, this);
        _loops = EpollLoops.IsSupported ? new EpollLoops(Environment.ProcessorCount, observer.Faulted) : null; // docs/adr/0002
        Server = new RpcServer(methods, options.Limits, new PooledBytes.Pool(_engine.Leaks), options.Authenticator)
        {
            Faulted = options.Faulted,
            Attempted = options.Attempted,
        };
    }

    /// <summary>The protocol's side of it: limits and counters.</summary>
    public RpcServer Server { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Local => _listener?.Local ?? _options.Listen;

    /// <summary>The SHA-256 of the certificate it shows, which a client may pin; null without TLS.</summary>
    public string? Fingerprint => _tls?.Fingerprint;

    /// <summary>What is alive: all zero when it is stopped.</summary>
    public LeakCounters Leaks => _engine.Leaks;

    /// <summary>Starts to serve. False when it cannot listen, and why.</summary>
    /// <exception cref="ArgumentException">The limits are not valid, a method has a reserved name, or a file of TLS cannot be used.</exception>
    public static bool TryStart(RpcMethods methods, RpcHostOptions options, [NotNullWhen(true)] out RpcHost? host, out Reason why)
    {
        host = new RpcHost(methods, options);
        var tcp = new TcpServerOptions { Listen = options.Listen, Limits = options.Accept };
        if (TcpServer.TryStart(tcp, host, host._engine.Leaks, TimeProvider.System, out host._listener, out why, host._loops))
        {
            return true;
        }

        host._loops?.Dispose();
        host._engine.Dispose();
        host = null;
        return false;
    }

    /// <summary>
    /// Drains: accepts no more, answers every call that was read, and closes. After <paramref name="grace"/>, or when <paramref name="hurry"/> is cancelled,
    /// what is left is cut off: its callers are told <see cref="RpcErrorCode.Interrupted"/>. True when nothing was.
    /// </summary>
    public Task<bool> StopAsync(TimeSpan grace, CancellationToken hurry = default)
    {
        _listener?.StopAccepting();
        return EngineStop.DrainAsync(_engine, grace, TimeProvider.System, hurry);
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await StopAsync(TimeSpan.Zero, now.Token);
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        _loops?.Dispose();
        _engine.Dispose();
    }

    /// <inheritdoc/>
    void ITcpServerEvents.Accepted(ITransport transport) => _engine.Open(_tls?.Wrap(transport) ?? transport, Server);

    /// <inheritdoc/>
    void ITcpServerEvents.Refused(IPEndPoint remote, Reason why)
    {
    }

    /// <inheritdoc/>
    void IAcceptEvents.AcceptFailing(Reason why, SocketError error)
    {
    }

    /// <inheritdoc/>
    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault) => _options.Faulted?.Invoke("", fault);

    /// <inheritdoc/>
    void IAcceptEvents.AcceptRecovered(long failures)
    {
    }

    /// <inheritdoc/>
    void ITlsEvents.CertificateInUse(string fingerprint, DateTimeOffset expires)
    {
    }

    /// <inheritdoc/>
    void ITlsEvents.CertificateUnusable(string why)
    {
    }

    /// <inheritdoc/>
    void ITlsEvents.CertificateExpires(DateTimeOffset expires)
    {
    }

    /// <inheritdoc/>
    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    /// <inheritdoc/>
    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
    }

    /// <inheritdoc/>
    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) => _options.Faulted?.Invoke("", fault);
}
