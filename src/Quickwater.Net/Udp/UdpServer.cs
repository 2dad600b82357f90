using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Binds one UDP address and runs datagram ports on it: on Linux a port and a thread for each shard, with datagrams steered to the shard that they name; elsewhere one
/// port on the runtime's sockets. Its ports belong to the engine, whose drain, kick and abort reach them (<see cref="EngineStop"/>). Thread-safe.
/// </summary>
public sealed class UdpServer : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Engine _engine;
    private readonly List<DatagramPort> _ports = [];
    private readonly List<UdpLoop> _loops = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _socketsOpen;

    private UdpServer(Engine engine) => _engine = engine;

    /// <summary>Where it is really bound, with the port that was taken for port 0.</summary>
    public IPEndPoint Local { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Its ports, by shard.</summary>
    public IReadOnlyList<DatagramPort> Ports => _ports;

    /// <summary>Whether the operating system brings datagrams to the shard that they name. Without, the shards pass on what they get.</summary>
    public bool IsSteered { get; private set; }

    /// <summary>Which shards poll now. For tests and figures.</summary>
    internal IEnumerable<bool> Coalesces => _loops.Select(static loop => loop.Coalesces);

    /// <summary>
    /// Binds and starts. On failure <paramref name="why"/> is, for example, <see cref="Reason.AddressInUse"/>, <see cref="Reason.AddressNotAvailable"/>,
    /// <see cref="Reason.PermissionDenied"/>, <see cref="Reason.TooManyOpenFiles"/>, or <see cref="Reason.InvalidConfiguration"/> for options that do not validate;
    /// then nothing is left open.
    /// </summary>
    public static bool TryStart(
        UdpServerOptions options, IDatagramSessionFactory factory, Engine engine, [NotNullWhen(true)] out UdpServer? server, out Reason why)
    {
        server = null;
        if (options.Validate().Count > 0)
        {
            why = Reason.InvalidConfiguration;
            return false;
        }

        var started = new UdpServer(engine);
        why = options.Portable || !EpollLoops.IsSupported ? started.StartPortable(options, factory) : started.StartSharded(options, factory);
        server = why == Reason.None ? started : null;
        return server is not null;
    }

    /// <summary>Ends its ports at once, if they have not ended yet, and waits until they have. Drain them first: see <see cref="EngineStop"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var port in _ports)
        {
            port.Abort(Reason.Disposed);
        }

        try
        {
            await _closed.Task.WaitAsync(CloseTimeout, _engine.Clock.Provider);
        }
        catch (TimeoutException)
        {
            // A turn does not come to its end; the loop's thread is waited for below, as long as it takes.
        }

        StopLoops();
    }

    private Reason StartPortable(UdpServerOptions options, IDatagramSessionFactory factory)
    {
        _socketsOpen = 1;
        if (!UdpSocket.TryOpen(options.SocketAt(options.Listen), _engine.Leaks, SocketClosed, out var socket, out var why))
        {
            return why;
        }

        Local = socket.Local.ToEndPoint();
        _ports.Add(_engine.OpenPort(socket, factory, options.Port with { Shard = 0 }));
        return Reason.None;
    }

    private Reason StartSharded(UdpServerOptions options, IDatagramSessionFactory factory)
    {
        var bound = new List<Socket>();
        var why = BindAll(options, bound);
        if (why == Reason.None)
        {
            why = StartLoops(options, bound.Count);
        }

        if (why != Reason.None)
        {
            foreach (var one in bound)
            {
                one.Dispose();
                options.Descriptors?.Leave(options.Listen.Address);
            }

            StopLoops();
            return why;
        }

        // Before the first port: its session may pass on what the kernel would have brought to the right one.
        IsSteered = bound.Count > 1 && options.Steering is { } steering && steering.TryAttach((int)bound[0].SafeHandle.DangerousGetHandle());
        _socketsOpen = bound.Count;
        Local = UdpOpening.LocalOf(bound[0]).ToEndPoint();
        var shards = new DatagramShards(options.Port);
        for (var shard = 0; shard < bound.Count; shard++)
        {
            var loop = _loops[shard];
            var socket = new LinuxUdpSocket(bound[shard], loop, options.SocketAt(options.Listen), _engine.Leaks, SocketClosed);
            _ports.Add(_engine.OpenPort(socket, factory, options.Port with { Shard = shard }, loop, shards));
        }

        return Reason.None;
    }

    // All sockets of the address, in the order of their shards, which is the order that the kernel counts them in.
    private static Reason BindAll(UdpServerOptions options, List<Socket> bound)
    {
        var bind = options.Listen;
        for (var left = options.ShardsOn(Environment.ProcessorCount); left > 0; left--)
        {
            if (!UdpOpening.TryOpen(options.SocketAt(bind), shares: bound.Count > 0, out var socket, out var why))
            {
                return why;
            }

            bound.Add(socket);
            if (bound.Count == 1 && left > 1)
            {
                UdpOpening.Share(socket);
                bind = new IPEndPoint(bind.Address, UdpOpening.LocalOf(socket).Port);
            }
        }

        return Reason.None;
    }

    private Reason StartLoops(UdpServerOptions options, int count)
    {
        try
        {
            for (var shard = 0; shard < count; shard++)
            {
                _loops.Add(new UdpLoop(shard, options.Coalescing, fault => _engine.Fault(ConnectionInfo.OfThread("udp"), fault)));
            }

            return Reason.None;
        }
        catch (SocketException e)
        {
            return SocketReasons.Of(e.SocketErrorCode);
        }
    }

    private void StopLoops()
    {
        foreach (var loop in _loops)
        {
            loop.Dispose();
        }
    }

    private void SocketClosed()
    {
        if (Interlocked.Decrement(ref _socketsOpen) == 0)
        {
            _closed.TrySetResult();
        }
    }
}
