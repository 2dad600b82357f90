using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// A TCP connection on an <see cref="EpollLoop"/>. It spends one system call on a receive where the runtime's sockets spend two or three: a
/// receive that does not fill its buffer has emptied the socket, and then nothing is asked of the kernel until the loop
/// hears of more. The only owner of its socket; closes it exactly once.
/// </summary>
/// <remarks>
/// One word holds everything that threads decide between them: what the loop has heard (readable, writable, hung up), which
/// operations wait for it, whether the transport is closed, and how many calls are inside the kernel. An operation is marked as waiting only
/// against a word that says "not ready", so an edge is never lost; whoever takes the mark away completes the operation, so it
/// completes once; and the last one out of the kernel closes the socket, so no call meets a number that is already another's.
/// </remarks>
internal sealed unsafe class EpollTransport : ITransport, IThreadPoolWorkItem
{
    private const int Readable = 1;
    private const int Writable = 2;
    private const int HungUp = 4;
    private const int ReceiveWaits = 8;
    private const int SendWaits = 16;
    private const int Closed = 32;
    private const int User = 1 << 16;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly LeakCounters _leaks;
    private readonly ITransportOwner? _owner;
    private ITransportEvents? _events;
    private EpollWatch _watch;
    private int _state;
    private int _aborted;
    private int _released;
    private Memory<byte> _into;
    private EpollSend _send;

    internal EpollTransport(
        EpollLoop loop, Socket socket, IPEndPoint remote, IPEndPoint local, LeakCounters leaks, ITransportOwner? owner)
    {
        _watch = new EpollWatch(loop);
        _socket = socket;
        _fd = (int)socket.SafeHandle.DangerousGetHandle();
        _leaks = leaks;
        _owner = owner;
        Remote = remote;
        Local = local;
        leaks.Sockets.Add();
    }

    /// <inheritdoc/>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public long UnacknowledgedBytes
    {
        get
        {
            if (!Enter())
            {
                return 0;
            }

            var bytes = TcpSystemCalls.UnacknowledgedBytes(_socket.SafeHandle);
            Leave();
            return bytes;
        }
    }

    private ITransportEvents Events =>
        _events ?? throw new InvalidOperationException("A transport is bound before it is used.");

    private static IoResult Gone => IoResult.Failed(Reason.Disposed);

    /// <inheritdoc/>
    public long Warm() => _fd + Volatile.Read(ref _state) + _send.Total;

    /// <inheritdoc/>
    public void Bind(ITransportEvents events)
    {
        if (Interlocked.CompareExchange(ref _events, events, null) is not null)
        {
            throw new InvalidOperationException("A transport is bound once.");
        }

        if (Enter())
        {
            _watch.Begin(this, _fd);
            Leave();
        }
    }

    /// <inheritdoc/>
    public IoResult Receive(Memory<byte> buffer)
    {
        if (!Enter(ReceiveWaits))
        {
            return Gone;
        }

        var result = ReceiveOrWait(buffer);
        Leave();
        return result;
    }

    /// <inheritdoc/>
    public IoResult Send(SendBatch batch)
    {
        if (!Enter(SendWaits))
        {
            return Gone;
        }

        _send.Begin(batch);
        var result = SendOrWait();
        Leave();
        return result;
    }

    /// <inheritdoc/>
    public void FinishSending()
    {
        if (!Enter())
        {
            return;
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Already reset: the receive that is or will be in flight says so.
        }

        Leave();
    }

    /// <inheritdoc/>
    public void LimitUnsent(int bytes)
    {
        if (Enter())
        {
            TcpSystemCalls.TryLimitUnsent(_socket, bytes);
            Leave();
        }
    }

    /// <inheritdoc/>
    /// <remarks>As in <see cref="TcpTransport.Close()"/>, a send in flight makes it a reset.</remarks>
    public void Close() => Close(reset: false);

    /// <summary>The same, but the peer is reset in any case. For tests: so ends a process that dies.</summary>
    internal void Reset() => Close(reset: true);

    /// <summary>The loop heard of the socket. On the loop's thread.</summary>
    internal void BecameReady(uint events)
    {
        var heard = Heard(events);
        if (!Enter())
        {
            return;
        }

        var seen = Interlocked.Or(ref _state, heard);
        var received = IoResult.Pending;
        var sent = IoResult.Pending;
        if ((heard & Readable) != 0 && (seen & ReceiveWaits) != 0 && Take(ReceiveWaits))
        {
            var into = _into;
            _into = default;
            received = ReceiveOrWait(into);
        }

        if ((heard & Writable) != 0 && (seen & SendWaits) != 0 && Take(SendWaits))
        {
            sent = SendOrWait();
        }

        Leave();
        Completion.Tell(this, Events, received, sent);
    }

    /// <summary>A loop met a fault while it served this transport, which ends. False when there is no user who could be told.</summary>
    internal bool TryFault(Exception fault) => Completion.TryFault(this, _events, fault);

    /// <summary>Another loop watches the socket from now on. On the thread of the loop that does now, after <see cref="BecameReady"/>.</summary>
    internal void MoveTo(EpollLoop loop)
    {
        if (Enter())
        {
            _watch.Move(this, _fd, loop);
            Leave();
        }
    }

    /// <summary>Brings home what waited when the transport was closed.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var (received, sent) = (IoResult.Pending, IoResult.Pending);
        if ((_aborted & ReceiveWaits) != 0)
        {
            (_into, received) = (default, Gone);
        }

        if ((_aborted & SendWaits) != 0)
        {
            _send.End();
            sent = Gone;
        }

        Completion.Tell(this, Events, received, sent);
    }

    private static int Heard(uint events)
    {
        var isOver = (events & (EpollCalls.PeerFinished | EpollCalls.HangUp | EpollCalls.Error)) != 0;
        return (isOver ? Readable | HungUp : 0)
            | ((events & EpollCalls.Readable) != 0 ? Readable : 0)
            | ((events & (EpollCalls.Writable | EpollCalls.HangUp | EpollCalls.Error)) != 0 ? Writable : 0);
    }

    private IoResult ReceiveOrWait(Memory<byte> buffer)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            if ((seen & Closed) != 0)
            {
                return Gone;
            }

            if ((seen & (Readable | HungUp)) == 0)
            {
                _into = buffer;
                if (Interlocked.CompareExchange(ref _state, seen | ReceiveWaits, seen) == seen)
                {
                    return IoResult.Pending;
                }
            }
            else if (buffer.IsEmpty)
            {
                return IoResult.Completed(0);
            }
            else if (TryReceive(buffer, out var result))
            {
                return result;
            }
        }
    }

    // False when there is nothing after all.
    private bool TryReceive(Memory<byte> buffer, out IoResult result)
    {
        // Before the call: an edge that comes during it must stay.
        Interlocked.And(ref _state, ~Readable);
        int got;
        fixed (byte* start = buffer.Span)
        {
            got = (int)EpollCalls.Receive(_fd, start, (nuint)buffer.Length, EpollCalls.DontWaitNoSignal);
        }

        if (got > 0)
        {
            if (got == buffer.Length)
            {
                Interlocked.Or(ref _state, Readable); // there may be more behind it
            }

            result = IoResult.Completed(got);
            return true;
        }

        result = IoResult.EndOfStream;
        if (got == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        switch (errno)
        {
            case EpollCalls.Interrupted:
                Interlocked.Or(ref _state, Readable);
                return false;
            case EpollCalls.Again:
                Interlocked.And(ref _state, ~HungUp);
                return false;
            default:
                result = IoResult.Failed(SocketReasons.Of(EpollCalls.ErrorOf(errno)));
                return true;
        }
    }

    private IoResult SendOrWait()
    {
        while (true)
        {
            // As with receiving: the edge that says "there is room again" may come before this returns.
            Interlocked.And(ref _state, ~Writable);
            var errno = _send.Continue(_fd);
            if (errno != EpollCalls.Again)
            {
                _send.End();
                return errno == 0 ? IoResult.Completed(_send.Total) : IoResult.Failed(SocketReasons.Of(EpollCalls.ErrorOf(errno)));
            }

            var seen = Volatile.Read(ref _state);
            while ((seen & (Writable | Closed)) == 0)
            {
                var was = Interlocked.CompareExchange(ref _state, seen | SendWaits, seen);
                if (was == seen)
                {
                    return IoResult.Pending;
                }

                seen = was;
            }

            if ((seen & Closed) != 0)
            {
                _send.End();
                return Gone;
            }
        }
    }

    // Takes the mark of a waiting operation away; true for the one who did, and must complete it.
    private bool Take(int mark) => (Interlocked.And(ref _state, ~mark) & mark) != 0;

    // Before any call that uses the socket. False when the transport is closed.
    private bool Enter(int forbidden = 0)
    {
        var seen = Interlocked.Add(ref _state, User);
        if ((seen & (Closed | forbidden)) == 0)
        {
            return true;
        }

        Leave();
        return (seen & Closed) != 0 ? false : throw new InvalidOperationException("One receive and one send at a time.");
    }

    private void Leave()
    {
        var left = Interlocked.Add(ref _state, -User);
        if ((left & Closed) != 0 && left < User)
        {
            ReleaseSocket();
        }
    }

    private void Close(bool reset)
    {
        Interlocked.Add(ref _state, User);
        var before = Interlocked.Or(ref _state, Closed);
        if ((before & Closed) == 0)
        {
            var waiting = Interlocked.And(ref _state, ~(ReceiveWaits | SendWaits)) & (ReceiveWaits | SendWaits);
            if (reset || (waiting & SendWaits) != 0)
            {
                TcpTransport.TryResetOnClose(_socket);
            }

            if (waiting != 0)
            {
                _aborted = waiting;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        Leave();
    }

    // By the last one out; late comers to a closed transport pass through Enter and Leave as well, so it may come again.
    private void ReleaseSocket()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        _watch.End();
        _socket.Dispose();
        _leaks.Sockets.Remove();
        _owner?.SocketClosed(Remote.Address);
    }
}
