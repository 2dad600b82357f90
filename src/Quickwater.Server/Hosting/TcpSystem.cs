using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>Accepts the TCP connections of one protocol and hands each to the engine.</summary>
internal sealed class TcpSystem : ITcpServerEvents, IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly ISessionFactory _sessions;
    private readonly ILogger _log;
    private readonly string _name;
    private readonly TlsServer? _tls;
    private readonly Func<Reason, ISessionFactory>? _refusing;
    private TcpServer? _server;

    private TcpSystem(string name, Engine engine, ISessionFactory sessions, TlsServer? tls, Func<Reason, ISessionFactory>? refusing, ILogger log)
    {
        _refusing = refusing;
        _name = name;
        _engine = engine;
        _sessions = sessions;
        _tls = tls;
        _log = log;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint? Local => _server?.Local;

    /// <summary>Connections refused at accept, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Refused => _server?.Refused ?? new Dictionary<Reason, long>();

    /// <summary>Binds and starts to accept. On failure the answer is null and <paramref name="why"/> tells.</summary>
    /// <param name="name">The protocol's name, for people.</param>
    /// <param name="options">Where it listens, and its limits at accept.</param>
    /// <param name="engine">Who runs the connections.</param>
    /// <param name="sessions">Who makes their sessions.</param>
    /// <param name="loops">Who drives the sockets; null for the runtime. Stays the caller's.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="why">Why it could not.</param>
    /// <param name="tls">The TLS that connections speak; null for none.</param>
    /// <param name="refusing">Makes the sessions of those who are told why they are refused; null where they are not.</param>
    public static TcpSystem? Start(
        string name, TcpServerOptions options, Engine engine, ISessionFactory sessions, EpollLoops? loops, ILogger log, TimeProvider time, out Reason why,
        TlsServer? tls = null, Func<Reason, ISessionFactory>? refusing = null)
    {
        var system = new TcpSystem(name, engine, sessions, tls, refusing, log);
        if (!TcpServer.TryStart(options, system, engine.Leaks, time, out var server, out why, loops))
        {
            return null;
        }

        system._server = server;
        return system;
    }

    /// <summary>Stops accepting at once; open connections live on.</summary>
    public void StopAccepting() => _server?.StopAccepting();

    /// <summary>Ends it. The connections it accepted are closed before.</summary>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    void ITcpServerEvents.Accepted(ITransport transport) => _engine.Open(_tls?.Wrap(transport) ?? transport, _sessions);

    /// <inheritdoc/>
    void ITcpServerEvents.AcceptedToTell(ITransport transport, Reason why)
    {
        if (_refusing is null)
        {
            transport.Close();
        }
        else
        {
            _engine.Open(transport, _refusing(why));
        }
    }

    /// <inheritdoc/>
    void ITcpServerEvents.Refused(IPEndPoint remote, Reason why)
    {
        var info = Reasons.Describe(why);
        Log.Refused(_log, _name, remote, info.Text, info.Tag);
    }

    /// <inheritdoc/>
    void IAcceptEvents.AcceptFailing(Reason why, SocketError error)
    {
        var info = Reasons.Describe(why);
        Log.AcceptFailing(_log, _name, info.Text, info.Tag);
    }

    /// <inheritdoc/>
    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault) => _engine.Fault(ConnectionInfo.OfThread($"{_name} accepting"), fault);

    /// <inheritdoc/>
    void IAcceptEvents.AcceptRecovered(long failures) => Log.AcceptRecovered(_log, _name, failures);
}
