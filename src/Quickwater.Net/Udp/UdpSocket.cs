using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// A UDP socket over the runtime's sockets, on every system. A datagram is one system call each way, and allocates nothing. On Linux <see cref="UdpServer"/> has a
/// faster one. The only owner of its socket; closes it exactly once.
/// </summary>
/// <remarks>
/// A receive is always under way into a buffer of its own, from which a datagram is copied. <see cref="Receive"/> and <see cref="Send"/> belong to the one user;
/// <see cref="Close"/> may come from any thread at any time.
/// </remarks>
public sealed class UdpSocket : IDatagramSocket, IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Socket _socket;
    private readonly UdpSocketOptions _options;
    private readonly LeakCounters _leaks;
    private readonly Action? _closed;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly Action _whenReceived;
    private readonly Action _whenSent;
    private ValueTaskAwaiter<int> _receiving;
    private ValueTaskAwaiter<int> _sending;
    private IDatagramEvents? _events;
    private TransportState _state;
    private int _received; // 1: a receive is over, and its outcome was not taken
    private int _sent; // the same for a send

    private UdpSocket(Socket socket, UdpSocketOptions options, LeakCounters leaks, Action? closed)
    {
        (_socket, _options, _leaks, _closed) = (socket, options, leaks, closed);
        (_from, _to) = (new SocketAddress(socket.AddressFamily), new SocketAddress(socket.AddressFamily));
        (_whenReceived, _whenSent) = (ReceiveDone, SendDone);
        Local = UdpOpening.LocalOf(socket);
        leaks.Sockets.Add();
    }

    /// <inheritdoc/>
    public DatagramAddress Local { get; }

    /// <summary>
    /// Opens and binds one. On failure <paramref name="why"/> is, for example, <see cref="Reason.AddressInUse"/>, <see cref="Reason.AddressNotAvailable"/>,
    /// <see cref="Reason.PermissionDenied"/>, <see cref="Reason.TooManyOpenFiles"/>, or <see cref="Reason.InvalidConfiguration"/> for options that do not validate.
    /// </summary>
    public static bool TryOpen(UdpSocketOptions options, LeakCounters leaks, [NotNullWhen(true)] out UdpSocket? socket, out Reason why) =>
        TryOpen(options, leaks, closed: null, out socket, out why);

    /// <inheritdoc/>
    public void Bind(IDatagramEvents events)
    {
        if (Interlocked.CompareExchange(ref _events, events, null) is not null)
        {
            throw new InvalidOperationException("A socket is bound to its user once.");
        }
    }

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2012", Justification = "Its one consumer is Outcome, by the awaiter that is kept until then.")]
    public DatagramReceived Receive(Span<byte> buffer)
    {
        if (_state.IsClosed)
        {
            return DatagramReceived.Closed;
        }

        if (Interlocked.Exchange(ref _received, 0) != 0)
        {
            return Outcome(_receiving, buffer);
        }

        if (_state.Has(TransportState.Receiving))
        {
            return DatagramReceived.Pending;
        }

        if (!TryBegin(TransportState.Receiving))
        {
            return DatagramReceived.Closed;
        }

        try
        {
            _receiving = _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from).GetAwaiter();
        }
        catch (ObjectDisposedException)
        {
            End(TransportState.Receiving);
            return DatagramReceived.Closed; // by another thread in this moment
        }

        if (!_receiving.IsCompleted)
        {
            _receiving.UnsafeOnCompleted(_whenReceived);
            return DatagramReceived.Pending;
        }

        End(TransportState.Receiving);
        return Outcome(_receiving, buffer);
    }

    /// <inheritdoc/>
    public bool Send(DatagramBatch batch)
    {
        if (Interlocked.Exchange(ref _sent, 0) != 0)
        {
            Settle(batch, _sending);
        }
        else if (_state.Has(TransportState.Sending))
        {
            return false;
        }

        while (batch.Next < batch.Count)
        {
            if (!TryStart(batch))
            {
                continue; // it failed
            }

            if (!_sending.IsCompleted)
            {
                _sending.UnsafeOnCompleted(_whenSent);
                return false;
            }

            End(TransportState.Sending);
            Settle(batch, _sending);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (!_state.TryClose(out _))
        {
            return;
        }

        _socket.Dispose(); // the runtime tells the operations in flight, from other threads
        _leaks.Sockets.Remove();
        _options.Descriptors?.Leave(_options.Bind.Address);
        _closed?.Invoke();
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    /// <summary>The same as the public one, and tells when the socket is closed.</summary>
    internal static bool TryOpen(
        UdpSocketOptions options, LeakCounters leaks, Action? closed, [NotNullWhen(true)] out UdpSocket? socket, out Reason why)
    {
        socket = UdpOpening.TryOpen(options, shares: false, out var opened, out why) ? new UdpSocket(opened, options, leaks, closed) : null;
        return socket is not null;
    }

    // Starts to send the next datagram; false when it failed at once.
    [SuppressMessage("Reliability", "CA2012", Justification = "Its one consumer is Settle, by the awaiter that is kept until then.")]
    private bool TryStart(DatagramBatch batch)
    {
        ref readonly var to = ref batch.To(batch.Next);
        var why = UdpReasons.Refusal(to, batch.SpanOf(batch.Next).Length, _socket.AddressFamily, _options.Peer);
        if (why == Reason.None && !TryBegin(TransportState.Sending))
        {
            why = Reason.Disposed;
        }

        if (why != Reason.None)
        {
            batch.Fail(why);
            return false;
        }

        try
        {
            var bytes = batch.MemoryOf(batch.Next);
            if (_options.Peer is null)
            {
                UdpAddresses.Write(to, _to.Buffer.Span, _socket.AddressFamily);
                _sending = _socket.SendToAsync(bytes, SocketFlags.None, _to).GetAwaiter();
            }
            else
            {
                _sending = _socket.SendAsync(bytes, SocketFlags.None).GetAwaiter();
            }

            return true;
        }
        catch (ObjectDisposedException)
        {
            End(TransportState.Sending);
            batch.Fail(Reason.Disposed);
            return false;
        }
    }

    private static void Settle(DatagramBatch batch, ValueTaskAwaiter<int> sent)
    {
        try
        {
            sent.GetResult();
            batch.Advance(1);
        }
        catch (SocketException e)
        {
            batch.Fail(UdpReasons.Of(e.SocketErrorCode));
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            batch.Fail(Reason.Disposed);
        }
    }

    private DatagramReceived Outcome(ValueTaskAwaiter<int> received, Span<byte> buffer)
    {
        try
        {
            var bytes = received.GetResult();
            _buffer.AsSpan(0, bytes).CopyTo(buffer);
            return DatagramReceived.One(UdpAddresses.Read(_from.Buffer.Span, _from.Family), bytes);
        }
        catch (SocketException e) when (UdpReasons.IsOfPeer(e.SocketErrorCode) && !_state.IsClosed)
        {
            return DatagramReceived.Failed(_options.Peer ?? default, UdpReasons.Of(e.SocketErrorCode));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return DatagramReceived.Closed;
        }
    }

    private void ReceiveDone()
    {
        Volatile.Write(ref _received, 1);
        End(TransportState.Receiving);
        Tell(static events => events.Readable());
    }

    private void SendDone()
    {
        Volatile.Write(ref _sent, 1);
        End(TransportState.Sending);
        Tell(static events => events.Writable());
    }

    // On a thread that others depend on: what the user throws ends this socket alone.
    private void Tell(Action<IDatagramEvents> what)
    {
        if (_events is not { } events)
        {
            return;
        }

        try
        {
            what(events);
        }
        catch (Exception fault)
        {
            UdpFaults.Tell(events, this, fault);
        }
    }

    private bool TryBegin(int operation)
    {
        _state.Begin(operation, out var isClosed);
        if (isClosed)
        {
            End(operation);
        }

        return !isClosed;
    }

    private void End(int operation) => _state.End(operation, out _);
}
