using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Listens on one end point, accepts within its limits, and hands each connection on. It outlives a lack of file descriptors and peers that
/// are gone before they are accepted. Thread-safe.
/// </summary>
public sealed class TcpServer : ITransportOwner, IAcceptEvents, IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ITcpServerEvents _events;
    private readonly LeakCounters _leaks;
    private readonly EpollLoops? _loops;
    private readonly AcceptLedger _ledger;
    private readonly DescriptorLedger? _descriptors;
    private readonly ConcurrentDictionary<Reason, long> _refused = new();
    private readonly AcceptLoop _loop;
    private readonly ToldPeers _told;
    private long _accepted;
    private int _stopped;

    private TcpServer(Socket socket, TcpServerOptions options, ITcpServerEvents events, LeakCounters leaks, TimeProvider time, EpollLoops? loops)
    {
        _socket = socket;
        _events = events;
        _leaks = leaks;
        _loops = loops;
        _ledger = options.Ledger ?? new AcceptLedger(options.Limits, new Clock(time));
        _descriptors = options.Descriptors;
        _told = new ToldPeers(options.ToldMax);
        Local = (IPEndPoint?)socket.LocalEndPoint ?? options.Listen;
        _loop = new AcceptLoop(socket, options.Limits.AcceptBurstMax, HandOn, this, time);
    }

    /// <summary>Where it really listens, with the port that was taken for port 0.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Connections handed on and still open; with a shared ledger, those of all who share it.</summary>
    public int Open => _ledger.Open;

    /// <summary>Connections handed on since the start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>How often it let others have their turn because a burst was as long as it may be.</summary>
    internal long BurstsCut => _loop.BurstsCut;

    /// <summary>Connections refused since the start, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Refused => _refused;

    /// <summary>
    /// Binds and starts to accept. On failure <paramref name="why"/> is, for example, <see cref="Reason.AddressInUse"/>,
    /// <see cref="Reason.AddressNotAvailable"/>, <see cref="Reason.PermissionDenied"/>, or
    /// <see cref="Reason.InvalidConfiguration"/> for options that do not validate.
    /// </summary>
    public static bool TryStart(
        TcpServerOptions options, ITcpServerEvents events, LeakCounters leaks, TimeProvider time,
        [NotNullWhen(true)] out TcpServer? server, out Reason why, EpollLoops? loops = null)
    {
        server = null;
        if (options.Validate().Count > 0)
        {
            why = Reason.InvalidConfiguration;
            return false;
        }

        Socket? socket = null;
        try
        {
            socket = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (options.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            KeepAlive(socket, options.LostAfter);
            socket.Bind(options.Listen);
            socket.Listen(options.Backlog);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            why = SocketReasons.Of(e.SocketErrorCode);
            return false;
        }

        leaks.Sockets.Add();
        server = new TcpServer(socket, options, events, leaks, time, loops);
        why = Reason.None;
        return true;
    }

    /// <summary>
    /// Stops accepting at once and closes the listening socket: the first step of a drain. Connections that were handed on live
    /// on. Idempotent.
    /// </summary>
    public void StopAccepting()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _loop.Stop();
            _socket.Dispose();
            _leaks.Sockets.Remove();
        }
    }

    /// <summary>Stops accepting and waits until the accept loop is over; no event comes after it.</summary>
    public async ValueTask DisposeAsync()
    {
        StopAccepting();
        await _loop.DisposeAsync();
    }

    /// <inheritdoc/>
    void ITransportOwner.SocketClosed(IPAddress remote)
    {
        _ledger.Leave(remote);
        _descriptors?.Leave(remote);
    }

    /// <inheritdoc/>
    void IAcceptEvents.AcceptFailing(Reason why, SocketError error) => _events.AcceptFailing(why, error);

    /// <inheritdoc/>
    void IAcceptEvents.AcceptRecovered(long failures) => _events.AcceptRecovered(failures);

    /// <inheritdoc/>
    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault)
    {
        Count(Reason.LocalFault);
        try
        {
            _events.Faulted(remote, fault);
        }
        catch (Exception)
        {
            // There is nobody else to tell, and the loop must go on.
        }
    }

    private void HandOn(Socket socket)
    {
        if (PeerOf(socket) is not { } remote)
        {
            socket.Dispose();
            return;
        }

        var why = _stopped == 0 ? TryEnter(remote.Address) : Reason.Drained;
        if (why == Reason.None)
        {
            HandOn(socket, remote, this, _events.Accepted);
        }
        else
        {
            Refuse(socket, remote, why);
        }
    }

    private Reason TryEnter(IPAddress remote)
    {
        var why = _ledger.TryEnter(remote);
        if (why != Reason.None || _descriptors is null)
        {
            return why;
        }

        why = _descriptors.TryEnter(remote);
        if (why != Reason.None)
        {
            _ledger.Leave(remote);
        }

        return why;
    }

    private void HandOn(Socket socket, IPEndPoint remote, ITransportOwner owner, Action<ITransport> accepted)
    {
        ITransport? transport = null;
        try
        {
            transport = _loops is null
                ? TcpTransport.Adopt(socket, _leaks, owner, out _) : _loops.Adopt(socket, _leaks, owner, out _);
        }
        finally
        {
            if (transport is null)
            {
                owner.SocketClosed(remote.Address);
            }
        }

        if (transport is null)
        {
            return;
        }

        Interlocked.Increment(ref _accepted);
        try
        {
            accepted(transport);
        }
        catch (Exception fault)
        {
            transport.Close(); // which gives its place back
            ((IAcceptEvents)this).Faulted(remote, fault);
        }
    }

    private static IPEndPoint? PeerOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint remote ? TcpTransport.Plain(remote) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Refuse(Socket socket, IPEndPoint remote, Reason why)
    {
        Count(why);
        _events.Refused(remote, why);
        if (_stopped == 0 && _told.TryEnter())
        {
            HandOn(socket, remote, _told, transport => _events.AcceptedToTell(transport, why));
            return;
        }

        // A reset tells the peer at once and leaves nothing behind in the kernel, which under a flood matters.
        TcpTransport.TryResetOnClose(socket);
        socket.Dispose();
    }

    private void Count(Reason why) => _refused.AddOrUpdate(why, 1, static (_, count) => count + 1);

    // What the listener has, the connections that it accepts have too.
    private static void KeepAlive(Socket socket, TimeSpan lostAfter)
    {
        if (lostAfter <= TimeSpan.Zero)
        {
            return;
        }

        const int Probes = 3;
        var seconds = (int)Math.Max(1 + Probes, Math.Ceiling(lostAfter.TotalSeconds));
        var interval = Math.Max(1, seconds / 5);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds - (Probes * interval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, interval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }

    // Those who are refused and told so, each for a short while and few at once: beyond, a reset must do.
    private sealed class ToldPeers(int most) : ITransportOwner
    {
        private readonly CountLimit _places = new(most, Reason.TooManyConnections);

        public bool TryEnter() => _places.TryEnter() == Reason.None;

        void ITransportOwner.SocketClosed(IPAddress remote) => _places.Leave();
    }
}
