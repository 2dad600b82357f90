using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Quickwater.Core;

/// <summary>
/// All that connections share: clock, scheduler, deadlines, pools, and the register of who is open. One in a process is usual;
/// each simulated world has its own. Thread-safe.
/// </summary>
public sealed class Engine : IDisposable
{
    private const int RunsKept = 64;

    private readonly ConcurrentDictionary<ulong, Connection> _open = new();
    private readonly ConcurrentDictionary<ulong, DatagramPort> _ports = new();
    private readonly ConcurrentDictionary<ulong, DatagramPeer> _peers = new();
    private readonly ConcurrentDictionary<(string Protocol, Reason Why), long> _closed = new();
    private readonly Lock _totals = new();
    private readonly FreeList<WakeRun> _runs = new(RunsKept);
    private ulong _lastId;
    private ulong _lastPort;
    private long _closedBytesReceived;
    private long _closedBytesSent;
    private long _closedLongTurns;
    private int _draining;
    private int _openCount; // with the ports
    private int _portCount;

    /// <summary>Makes an engine.</summary>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public Engine(EngineOptions options, IScheduler scheduler, TimeProvider time, IConnectionObserver observer)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        Options = options;
        Scheduler = scheduler;
        Observer = observer;
        Leaks = new LeakCounters(new MemoryBudget(options.MemoryBytesMax, options.MemoryRefusePercent));
        Clock = new Clock(time);
        Deadlines = new DeadlineQueue(Clock, scheduler, Fault);
    }

    /// <summary>Raised, on the thread of the turn, when the last open connection or datagram port has closed.</summary>
    public event EventHandler? Emptied;

    /// <summary>The limits and settings.</summary>
    public EngineOptions Options { get; }

    /// <summary>The clock of all connections.</summary>
    public Clock Clock { get; }

    /// <summary>Where turns run.</summary>
    public IScheduler Scheduler { get; }

    /// <summary>Counters of what is alive: read zero when everything is closed.</summary>
    public LeakCounters Leaks { get; }

    /// <summary>Connections that are open now, the peers of datagram ports among them.</summary>
    public int OpenCount => Math.Max(0, Volatile.Read(ref _openCount) - Volatile.Read(ref _portCount));

    /// <summary>Whether no connection and no datagram port is open.</summary>
    public bool IsEmpty => Volatile.Read(ref _openCount) == 0;

    /// <summary>Connections that were opened since the start.</summary>
    public long OpenedTotal => (long)Volatile.Read(ref _lastId);

    /// <summary>Bytes received since the start, by closed and open connections.</summary>
    public long BytesReceived => Sum(ref _closedBytesReceived, static c => c.Stats.BytesReceived, static p => p.Stats.BytesReceived);

    /// <summary>Bytes sent since the start.</summary>
    public long BytesSent => Sum(ref _closedBytesSent, static c => c.Stats.BytesSent, static p => p.Stats.BytesSent);

    /// <summary>Turns that took too long since the start.</summary>
    public long LongTurns => Sum(ref _closedLongTurns, static c => c.Stats.LongTurns, static p => p.Stats.LongTurns);

    /// <summary>The open connections, in no order. A snapshot.</summary>
    public ICollection<Connection> Connections => _open.Values;

    /// <summary>The open datagram ports, in no order. A snapshot.</summary>
    public ICollection<DatagramPort> Ports => _ports.Values;

    /// <summary>How many connections closed for each reason, by protocol. A snapshot.</summary>
    public IEnumerable<KeyValuePair<(string Protocol, Reason Why), long>> ClosedByReason => _closed;

    internal IConnectionObserver Observer { get; }

    internal DeadlineQueue Deadlines { get; }

    internal SendBatchPool Batches { get; } = new();

    /// <summary>Opens a connection on a transport that is already connected, and starts its first turn.</summary>
    public Connection Open(ITransport transport, ISessionFactory factory)
    {
        var now = Clock.Now;
        var info = new ConnectionInfo(
            Interlocked.Increment(ref _lastId), factory.Protocol, transport.Remote, transport.Local)
        {
            Tls = transport.Tls,
            Memory = Leaks.Memory.Enter(transport.Remote.Address),
        };
        info.Memory.Take(Options.ConnectionBytes);
        Observer.Opened(info); // before the session: what it does while it is made comes after
        var connection = new Connection(this, transport, info, factory, now);
        Interlocked.Increment(ref _openCount);
        _open[info.Id] = connection;
        connection.Start();
        if (Volatile.Read(ref _draining) != 0)
        {
            connection.Post(Command.Drain);
        }

        return connection;
    }

    /// <summary>The open connection of that id.</summary>
    public bool TryFind(ulong id, [MaybeNullWhen(false)] out Connection connection) => _open.TryGetValue(id, out connection);

    /// <summary>Opens a port on a datagram socket, and starts its first turn.</summary>
    /// <param name="socket">The port's from now on.</param>
    /// <param name="factory">Makes its session.</param>
    /// <param name="options">Its limits.</param>
    /// <param name="scheduler">Where its turns run and its deadlines go off; null for the engine's.</param>
    /// <param name="shards">The ports of its address; null when it is alone.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public DatagramPort OpenPort(
        IDatagramSocket socket, IDatagramSessionFactory factory, DatagramPortOptions options, IScheduler? scheduler = null, DatagramShards? shards = null)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        var port = new DatagramPort(this, socket, factory, options, scheduler, shards) { Number = Interlocked.Increment(ref _lastPort) };
        Interlocked.Increment(ref _openCount);
        Interlocked.Increment(ref _portCount);
        _ports[port.Number] = port;
        port.Start();
        if (Volatile.Read(ref _draining) != 0)
        {
            port.Post(Command.Drain);
        }

        return port;
    }

    /// <summary>The open peer of a datagram port of that id.</summary>
    public bool TryFind(ulong id, [MaybeNullWhen(false)] out DatagramPeer peer) => _peers.TryGetValue(id, out peer);

    /// <summary>
    /// Tells every connection, and those still to come, to finish what is under way and end. The caller stops accepting first, and
    /// waits for <see cref="Emptied"/>.
    /// </summary>
    public void Drain()
    {
        Volatile.Write(ref _draining, 1);
        foreach (var (_, connection) in _open)
        {
            connection.Post(Command.Drain);
        }

        foreach (var (_, port) in _ports)
        {
            port.Post(Command.Drain);
        }
    }

    /// <summary>Tells every connection to end now and to say so to its peer, where its protocol can.</summary>
    public void Kick(Reason why)
    {
        foreach (var (_, connection) in _open)
        {
            connection.Post(Command.Kick(why));
        }

        foreach (var (_, port) in _ports)
        {
            port.Post(Command.Kick(why));
        }
    }

    /// <summary>Ends every connection at once.</summary>
    public void Abort(Reason why)
    {
        foreach (var (_, connection) in _open)
        {
            connection.Abort(why);
        }

        foreach (var (_, port) in _ports)
        {
            port.Abort(why);
        }
    }

    /// <summary>Reports a fault of this program. Never throws: what calls it must go on, whatever the observer does.</summary>
    /// <param name="whose">The connection that caused it, which the caller ends; or <see cref="ConnectionInfo.OfThread"/>.</param>
    /// <param name="fault">What was thrown.</param>
    public void Fault(ConnectionInfo whose, Exception fault)
    {
        try
        {
            Observer.Faulted(whose, fault);
        }
        catch (Exception)
        {
            // There is nobody else to tell.
        }
    }

    /// <summary>Stops the timer. Close the connections first.</summary>
    public void Dispose() => Deadlines.Dispose();

    /// <summary>Wakes them all. From any thread, without a lock that their turns take.</summary>
    /// <param name="woken">Who is woken.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="patience">How long one thread may see to their turns before others help; at most <see cref="EngineOptions.WakePatienceMax"/>.</param>
    internal void WakeAll(List<IMailbox> woken, Instant now, TimeSpan patience)
    {
        WakeRun? run = null;
        foreach (var one in woken)
        {
            if (one is Connection connection)
            {
                run ??= _runs.TryTake(out var kept) ? kept : new WakeRun(this, _runs);
                run.Add(connection);
            }
            else
            {
                Wake(one);
            }
        }

        run?.Start(now + (patience < Options.WakePatienceMax ? patience : Options.WakePatienceMax));
    }

    // One that cannot be woken must not keep the others asleep.
    private void Wake(IMailbox one)
    {
        try
        {
            one.Wake();
        }
        catch (Exception fault)
        {
            Fault(ConnectionInfo.OfThread("wake"), fault);
        }
    }

    /// <summary>Takes a step that must not keep the next ones from being taken: what it throws is reported as a fault.</summary>
    internal void Try(ConnectionInfo whose, Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault)
        {
            Fault(whose, fault);
        }
    }

    internal void Closed(Connection connection)
    {
        var stats = connection.Stats;
        lock (_totals)
        {
            if (!_open.TryRemove(connection.Info.Id, out _))
            {
                throw new InvalidOperationException($"Connection {connection.Info.Id} closed twice.");
            }

            _closedBytesReceived += stats.BytesReceived;
            _closedBytesSent += stats.BytesSent;
            _closedLongTurns += stats.LongTurns;
        }

        if (connection.Info.Memory is { } memory)
        {
            memory.Give(Options.ConnectionBytes);
            Leaks.Memory.Leave(memory);
        }

        Told(connection.Info, connection.Ended, stats);
        Gone(connection.Info);
    }

    /// <summary>What is known of a new peer of a port.</summary>
    internal ConnectionInfo Describe(string protocol, IPEndPoint remote, IPEndPoint local) =>
        new(Interlocked.Increment(ref _lastId), protocol, remote, local);

    internal void Opened(DatagramPeer peer)
    {
        Interlocked.Increment(ref _openCount);
        _peers[peer.Info.Id] = peer;
        Try(peer.Info, () => Observer.Opened(peer.Info));
    }

    internal void Closed(DatagramPeer peer)
    {
        _peers.TryRemove(peer.Info.Id, out _);
        Told(peer.Info, peer.Ended, peer.Stats);
        Gone(peer.Info);
    }

    internal void Closed(DatagramPort port)
    {
        var stats = port.Stats;
        lock (_totals)
        {
            _ports.TryRemove(port.Number, out _);
            _closedBytesReceived += stats.BytesReceived;
            _closedBytesSent += stats.BytesSent;
            _closedLongTurns += stats.LongTurns;
        }

        Interlocked.Decrement(ref _portCount);
        Gone(port.Info);
    }

    private void Told(ConnectionInfo info, Reason why, ConnectionStats stats)
    {
        _closed.AddOrUpdate((info.Protocol, why), 1, static (_, count) => count + 1);
        Try(info, () => Observer.Closed(info, why, stats));
    }

    private void Gone(ConnectionInfo info)
    {
        if (Interlocked.Decrement(ref _openCount) == 0)
        {
            Try(info, () => Emptied?.Invoke(this, EventArgs.Empty));
        }
    }

    // A connection that closes meanwhile is counted once, never twice or not at all: counters must not step back.
    private long Sum(ref long closed, Func<Connection, long> of, Func<DatagramPort, long> ofPort)
    {
        lock (_totals)
        {
            var sum = closed;
            foreach (var (_, connection) in _open)
            {
                sum += of(connection);
            }

            foreach (var (_, port) in _ports)
            {
                sum += ofPort(port);
            }

            return sum;
        }
    }
}
