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
public sealed class TcpServer : ITransportOwner, IAsyncDisposable
{
    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly ITcpServerEvents _events;
    private readonly LeakCounters _leaks;
    private readonly TimeProvider _time;
    private readonly EpollLoops? _loops;
    private readonly AcceptLedger _ledger;
    private readonly int _burstMax;
    private readonly ConcurrentDictionary<Reason, long> _refused = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _accepted;
    private long _burstsCut;
    private int _stopped;

    private TcpServer(Socket socket, TcpServerOptions options, ITcpServerEvents events, LeakCounters leaks, TimeProvider time, EpollLoops? loops)
    {
        _socket = socket;
        _events = events;
        _leaks = leaks;
        _time = time;
        _loops = loops;
        _ledger = options.Ledger ?? new AcceptLedger(options.Limits, new Clock(time));
        _burstMax = options.Limits.AcceptBurstMax;
        Local = (IPEndPoint?)socket.LocalEndPoint ?? options.Listen;
        _loop = Task.Run(AcceptAllAsync);
    }

    /// <summary>Where it really listens, with the port that was taken for port 0.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Connections handed on and still open; with a shared ledger, those of all who share it.</summary>
    public int Open => _ledger.Open;

    /// <summary>Connections handed on since the start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>How often it let others have their turn because a burst was as long as it may be.</summary>
    internal long BurstsCut => Volatile.Read(ref _burstsCut);

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
            _socket.Dispose();
            _leaks.Sockets.Remove();
            _stop.Cancel();
        }
    }

    /// <summary>Stops accepting and waits until the accept loop is over; no event comes after it.</summary>
    public async ValueTask DisposeAsync()
    {
        StopAccepting();
        await _loop;
        _stop.Dispose();
    }

    /// <inheritdoc/>
    void ITransportOwner.SocketClosed(IPAddress remote) => _ledger.Leave(remote);

    private async Task AcceptAllAsync()
    {
        var burst = 0;
        var failures = 0L;
        var failing = Reason.None;
        while (Volatile.Read(ref _stopped) == 0)
        {
            var accepting = AcceptAsync();
            if (!accepting.IsCompleted)
            {
                burst = 0; // it waits, so others had their chance
            }

            var (socket, error) = await accepting;
            if (socket is null)
            {
                if (!IsOfOnePeer(error) && Volatile.Read(ref _stopped) == 0)
                {
                    var why = SocketReasons.Of(error);
                    if (failing != why)
                    {
                        failing = why;
                        Try(() => _events.AcceptFailing(why, error));
                    }

                    await BackOffAsync(failures++);
                }

                continue;
            }

            if (failing != Reason.None)
            {
                var tried = failures;
                Try(() => _events.AcceptRecovered(tried));
                (failing, failures) = (Reason.None, 0);
            }

            TryHandOn(socket);
            if (++burst >= _burstMax)
            {
                burst = 0;
                Interlocked.Increment(ref _burstsCut);
                await Task.Yield();
            }
        }
    }

    // All that is to come depends on the accept loop: what one connection throws ends that one.
    private void TryHandOn(Socket socket)
    {
        try
        {
            HandOn(socket);
        }
        catch (Exception fault)
        {
            socket.Dispose();
            Report(null, fault);
        }
    }

    private void Try(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception fault)
        {
            Report(null, fault);
        }
    }

    private void Report(IPEndPoint? remote, Exception fault)
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

    private async ValueTask<(Socket? Socket, SocketError Error)> AcceptAsync()
    {
        try
        {
            return (await _socket.AcceptAsync(), SocketError.Success);
        }
        catch (SocketException e)
        {
            return (null, e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return (null, SocketError.OperationAborted);
        }
    }

    // A peer that is gone before it was accepted is no trouble of the server.
    private static bool IsOfOnePeer(SocketError error) =>
        error is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted
            or SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    // Without file descriptors the waiting connection stays in the queue, and accepting at once again would spin.
    private async Task BackOffAsync(long failures)
    {
        var wait = BackOffMin * Math.Pow(2, Math.Min(failures, 10));
        try
        {
            await Task.Delay(wait < BackOffMax ? wait : BackOffMax, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private void HandOn(Socket socket)
    {
        if (PeerOf(socket) is not { } remote)
        {
            socket.Dispose();
            return;
        }

        var why = _stopped == 0 ? _ledger.TryEnter(remote.Address) : Reason.Drained;
        if (why != Reason.None)
        {
            Refuse(socket, remote, why);
            return;
        }

        ITransport? transport = null;
        try
        {
            transport = _loops is null
                ? TcpTransport.Adopt(socket, _leaks, this, out _) : _loops.Adopt(socket, _leaks, this, out _);
        }
        finally
        {
            if (transport is null)
            {
                _ledger.Leave(remote.Address);
            }
        }

        if (transport is null)
        {
            return;
        }

        Interlocked.Increment(ref _accepted);
        try
        {
            _events.Accepted(transport);
        }
        catch (Exception fault)
        {
            transport.Close(); // which gives its place back
            Report(remote, fault);
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
        // A reset tells the peer at once and leaves nothing behind in the kernel, which under a flood matters.
        TcpTransport.TryResetOnClose(socket);
        socket.Dispose();
        Count(why);
        _events.Refused(remote, why);
    }

    private void Count(Reason why) => _refused.AddOrUpdate(why, 1, static (_, count) => count + 1);
}
