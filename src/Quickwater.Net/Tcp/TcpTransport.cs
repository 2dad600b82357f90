using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// A TCP connection over the runtime's sockets. It is the only owner of its socket, and closes it exactly once. An operation that can
/// finish at once does so in its call; any other reports to <see cref="ITransportEvents"/> on the runtime's completing thread.
/// </summary>
/// <remarks>
/// <see cref="Receive"/>, <see cref="Send"/> and <see cref="FinishSending"/> belong to the one user of the transport;
/// <see cref="Close()"/> may come from any thread at any time, and so may the properties.
/// </remarks>
public sealed class TcpTransport : ITransport, IDisposable
{
    private const int Receiving = TransportState.Receiving;
    private const int Sending = TransportState.Sending;

    private readonly Socket _socket;
    private readonly LeakCounters _leaks;
    private readonly ITransportOwner? _owner;
    private readonly TcpReceive _receive;
    private readonly TcpSend _send;
    private ITransportEvents? _events;
    private TransportState _state;

    private TcpTransport(Socket socket, IPEndPoint remote, IPEndPoint local, LeakCounters leaks, ITransportOwner? owner)
    {
        _socket = socket;
        _leaks = leaks;
        _owner = owner;
        Remote = remote;
        Local = local;
        _receive = new TcpReceive(this, socket);
        _send = new TcpSend(this, socket);
    }

    /// <inheritdoc/>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public long UnacknowledgedBytes => _state.IsClosed ? 0 : TcpSystemCalls.UnacknowledgedBytes(_socket.SafeHandle);

    /// <summary>Whether the kernel sends small batches at once. For tests.</summary>
    internal bool NoDelay => _socket.NoDelay;

    private ITransportEvents Events =>
        _events ?? throw new InvalidOperationException("A transport is bound before it is used.");

    /// <inheritdoc/>
    public void Bind(ITransportEvents events)
    {
        if (Interlocked.CompareExchange(ref _events, events, null) is not null)
        {
            throw new InvalidOperationException("A transport is bound once.");
        }
    }

    /// <inheritdoc/>
    public IoResult Receive(Memory<byte> buffer) => Begin(Receiving) ? Finish(Receiving, _receive.Start(buffer)) : Gone;

    /// <inheritdoc/>
    public IoResult Send(SendBatch batch) => Begin(Sending) ? Finish(Sending, _send.Start(batch)) : Gone;

    /// <inheritdoc/>
    public void FinishSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already reset or closed: the receive that is or will be in flight says so.
        }
    }

    /// <inheritdoc/>
    public void LimitUnsent(int bytes) => TcpSystemCalls.TryLimitUnsent(_socket, bytes);

    /// <inheritdoc/>
    /// <remarks>
    /// With a send in flight the peer is reset: its stream is cut short whatever happens, and a reset frees the kernel's buffers at once
    /// instead of after minutes of retries towards a peer that does not read. Otherwise what was sent is still delivered.
    /// </remarks>
    public void Close() => Close(reset: false);

    /// <summary>The same as <see cref="Close()"/>, but the peer is reset in any case. For tests: so ends a process that dies.</summary>
    internal void Reset() => Close(reset: true);

    /// <summary>The same as <see cref="Close()"/>.</summary>
    public void Dispose() => Close();

    /// <summary>
    /// Takes over a connected socket. On failure (the peer is gone again) the socket is closed and the answer is null.
    /// </summary>
    internal static TcpTransport? Adopt(Socket socket, LeakCounters leaks, ITransportOwner? owner, out Reason why)
    {
        if (!TryPrepare(socket, out var remote, out var local, out why))
        {
            return null;
        }

        leaks.Sockets.Add();
        return new TcpTransport(socket, remote, local, leaks, owner);
    }

    /// <summary>
    /// Sets what every connection has, and finds out its ends. False, with the socket closed, when the peer is gone again.
    /// </summary>
    internal static bool TryPrepare(
        Socket socket, [NotNullWhen(true)] out IPEndPoint? remote, [NotNullWhen(true)] out IPEndPoint? local, out Reason why)
    {
        (remote, local, why) = (null, null, Reason.ConnectionAborted);
        try
        {
            socket.NoDelay = true; // batches are made by the engine; waiting for more in the kernel only adds latency
            if (socket.RemoteEndPoint is IPEndPoint peer && socket.LocalEndPoint is IPEndPoint here)
            {
                (remote, local, why) = (Plain(peer), Plain(here), Reason.None);
                return true;
            }
        }
        catch (SocketException e)
        {
            why = SocketReasons.Of(e.SocketErrorCode);
        }

        socket.Dispose();
        return false;
    }

    /// <summary>A pending receive is over.</summary>
    internal void ReceiveDone(IoResult result) => Completion.Tell(this, Events, Finish(Receiving, result), IoResult.Pending);

    /// <summary>A pending send is over.</summary>
    internal void SendDone(IoResult result) => Completion.Tell(this, Events, IoResult.Pending, Finish(Sending, result));

    /// <summary>Makes closing the socket a reset, unless the connection is broken already.</summary>
    internal static void TryResetOnClose(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Broken or gone: there is nobody to be told.
        }
    }

    // A dual-stack socket reports IPv4 peers as mapped addresses; logs, limits and access rules want one form.
    internal static IPEndPoint Plain(IPEndPoint point) =>
        point.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(point.Address.MapToIPv4(), point.Port) : point;

    private static IoResult Gone => IoResult.Failed(Reason.Disposed);

    private bool Begin(int operation)
    {
        _state.Begin(operation, out var isClosed);
        if (isClosed)
        {
            End(operation);
        }

        return !isClosed;
    }

    private IoResult Finish(int operation, IoResult result)
    {
        if (result.Status == IoStatus.Pending)
        {
            return result;
        }

        // Closing aborts what is in flight: then the reason is ours, whatever the operating system calls it.
        return End(operation) && result.Status == IoStatus.Failed ? Gone : result;
    }

    // True when the transport is closed.
    private bool End(int operation)
    {
        var isClosed = _state.End(operation, out var isLast);
        if (isLast)
        {
            ReleaseOperations();
        }

        return isClosed;
    }

    private void Close(bool reset)
    {
        if (!_state.TryClose(out var inFlight))
        {
            return;
        }

        if (reset || (inFlight & Sending) != 0)
        {
            TryResetOnClose(_socket);
        }

        // The runtime tells the operations in flight (OperationAborted), from other threads.
        _socket.Dispose();
        _leaks.Sockets.Remove();
        _owner?.SocketClosed(Remote.Address);
        if (inFlight == 0 && _state.TryRelease())
        {
            ReleaseOperations();
        }
    }

    private void ReleaseOperations()
    {
        _receive.Dispose();
        _send.Dispose();
    }
}
