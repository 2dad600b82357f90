using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A process in a world: an engine on virtual time, its open and closed connections, and what is expected of them. The same
/// <see cref="Engine"/>, <see cref="Connection"/> and sessions run here as in production.
/// </summary>
public sealed class SimHost : IConnectionObserver, IDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1); // as the server's

    private readonly World _world;
    private readonly List<Endpoint> _endpoints = [];
    private readonly List<PortWatch> _ports = [];
    private readonly SortedDictionary<Reason, int> _closed = [];

    internal SimHost(World world, string name, EngineOptions options)
    {
        _world = world;
        Name = name;
        Engine = new Engine(options with { Marks = world.Marks }, world.Scheduler, world.Time, this);
    }

    /// <summary>Names the host in the trace.</summary>
    public string Name { get; }

    /// <summary>The engine.</summary>
    public Engine Engine { get; }

    /// <summary>All connections that this host ever had.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <summary>All datagram ports that this host ever had.</summary>
    public IReadOnlyList<PortWatch> Ports => _ports;

    /// <summary>How many connections ended for each reason.</summary>
    public IReadOnlyDictionary<Reason, int> Closed => _closed;

    /// <summary>Whether exceptions of sessions are part of the scenario.</summary>
    public bool MayFault { get; set; }

    /// <summary>Whether sessions hold bytes back until a time comes, so that an idle one may have some.</summary>
    public bool HoldsBack { get; set; }

    /// <summary>Opens a connection on one end of a link.</summary>
    public Endpoint Open(SimTransport transport, ISessionFactory factory)
    {
        var endpoint = new Endpoint(_world, this, transport, factory);
        _endpoints.Add(endpoint);
        endpoint.Connection = Engine.Open(transport, endpoint);
        return endpoint;
    }

    /// <summary>Opens a port on a datagram socket.</summary>
    public PortWatch OpenPort(SimDatagramSocket socket, IDatagramSessionFactory factory, DatagramPortOptions options, DatagramShards? shards = null)
    {
        var watch = new PortWatch(_world, this, socket, factory);
        _ports.Add(watch);
        watch.Port = Engine.OpenPort(socket, watch, options, shards: shards);
        return watch;
    }

    /// <summary>Tells all connections to finish, and forces those that have not by the time.</summary>
    public void Drain(TimeSpan timeout)
    {
        _world.Note("drain", Name, Engine.OpenCount);
        Engine.Drain();
        _world.Time.After(timeout, () =>
        {
            if (!Engine.IsEmpty)
            {
                _world.Marks.Hit("drain-timeout");
                Engine.Kick(Reason.DrainTimeout);
                _world.Time.After(Farewell, () => Engine.Abort(Reason.DrainTimeout));
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();

    void IConnectionObserver.Opened(ConnectionInfo connection) => _world.Note("opened", Name, (long)connection.Id);

    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
        _world.Note("closed", Name, (long)connection.Id, (long)why);
        _world.Require(why != Reason.None, $"{Name}: connection {connection.Id} closed without a reason");
        _closed[why] = _closed.GetValueOrDefault(why) + 1;
    }

    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault)
    {
        if (!MayFault)
        {
            _world.Fail($"{Name}: connection {connection.Id} threw {fault}", fault);
        }
    }
}
