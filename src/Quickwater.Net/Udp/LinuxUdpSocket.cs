using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// A UDP socket by the system calls of Linux, on an <see cref="UdpLoop"/>. Equal neighbours of a batch leave in one call and are cut by the kernel (UDP_SEGMENT),
/// equal datagrams that came together are taken in one (UDP_GRO), where the kernel and the device can. The only owner of its socket; closes it exactly once.
/// </summary>
/// <remarks>
/// One word counts the calls that are inside the kernel, the loop's wait among them, and says whether the socket is closed: the last one out closes it, so no call meets
/// a number that is already another's. <see cref="Receive"/> and <see cref="Send"/> belong to the one user; <see cref="Close"/> may come from any thread.
/// </remarks>
internal sealed unsafe class LinuxUdpSocket : IDatagramSocket
{
    private const int Closed = 1;
    private const int User = 2;
    private const int ControlBytes = 64;

    private readonly Socket _socket;
    private readonly UdpLoop _loop;
    private readonly UdpSocketOptions _options;
    private readonly LeakCounters _leaks;
    private readonly Action? _closed;
    private readonly AddressFamily _family;
    private readonly byte[] _from = GC.AllocateArray<byte>(UdpAddresses.BytesMax, pinned: true);
    private readonly byte[] _to = GC.AllocateArray<byte>(UdpAddresses.BytesMax, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(ControlBytes, pinned: true);
    private readonly bool _receivesTogether;
    private bool _sendsTogether;
    private int _oneByOne; // datagrams of the batch up to here go alone
    private int _state;
    private int _released;
    private int _receiveWaits;
    private int _sendWaits;
    private IDatagramEvents? _events;

    internal LinuxUdpSocket(Socket socket, UdpLoop loop, UdpSocketOptions options, LeakCounters leaks, Action? closed, bool mayCoalesce = true)
    {
        (_socket, _loop, _options, _leaks, _closed) = (socket, loop, options, leaks, closed);
        _family = socket.AddressFamily;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        Local = UdpOpening.LocalOf(socket);
        MemoryMarshal.Write(_to, (ushort)(_family == AddressFamily.InterNetworkV6 ? 10 : 2)); // AF_INET6, AF_INET
        _receivesTogether = mayCoalesce && TrySet(UdpCalls.Coalesce, 1);
        _sendsTogether = mayCoalesce && TrySet(UdpCalls.Segment, 0); // 0: none by default, but the kernel knows of it
        leaks.Sockets.Add();
    }

    /// <inheritdoc/>
    public DatagramAddress Local { get; }

    /// <summary>Its number, for the loop, which asks for it only while it is inside.</summary>
    internal int Descriptor { get; }

    /// <summary>Datagrams received, counted for the loop.</summary>
    internal long Received { get; private set; }

    /// <summary>Calls that sent several datagrams, and calls that received several. For tests.</summary>
    internal (long Sends, long Receives) Together { get; private set; }

    /// <summary>Whether a receive waits to be told that there is something.</summary>
    internal bool ReceiveWaits => Volatile.Read(ref _receiveWaits) != 0;

    /// <summary>Whether a send waits.</summary>
    internal bool SendWaits => Volatile.Read(ref _sendWaits) != 0;

    /// <summary>Opens one and gives it to a loop, which must be started behind it.</summary>
    internal static bool TryOpen(
        UdpSocketOptions options, UdpLoop loop, LeakCounters leaks, [NotNullWhen(true)] out LinuxUdpSocket? socket, out Reason why, bool mayCoalesce = true)
    {
        socket = UdpOpening.TryOpen(options, shares: false, out var opened, out why)
            ? new LinuxUdpSocket(opened, loop, options, leaks, closed: null, mayCoalesce) : null;
        return socket is not null;
    }

    /// <inheritdoc/>
    public void Bind(IDatagramEvents events)
    {
        if (Interlocked.CompareExchange(ref _events, events, null) is not null)
        {
            throw new InvalidOperationException("A socket is bound to its user once.");
        }

        _loop.Watch(this);
    }

    /// <inheritdoc/>
    public DatagramReceived Receive(Span<byte> buffer)
    {
        if (!Enter())
        {
            return DatagramReceived.Closed;
        }

        var result = ReceiveOrWait(buffer);
        Leave();
        return result;
    }

    /// <inheritdoc/>
    public bool Send(DatagramBatch batch)
    {
        if (batch.Next == 0)
        {
            _oneByOne = 0;
        }

        while (batch.Next < batch.Count)
        {
            if (!Enter())
            {
                batch.Fail(Reason.Disposed);
                continue;
            }

            var errno = SendNext(batch);
            Leave();
            if (errno == EpollCalls.Again)
            {
                Volatile.Write(ref _sendWaits, 1);
                _loop.LookAgain();
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Close()
    {
        Interlocked.Add(ref _state, User);
        if ((Interlocked.Or(ref _state, Closed) & Closed) == 0)
        {
            _loop.LookAgain();
        }

        Leave();
    }

    /// <summary>Before any call that uses the socket. False when it is closed.</summary>
    internal bool Enter()
    {
        if ((Interlocked.Add(ref _state, User) & Closed) == 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Behind it.</summary>
    internal void Leave()
    {
        var left = Interlocked.Add(ref _state, -User);
        if ((left & Closed) != 0 && left < User && Interlocked.Exchange(ref _released, 1) == 0)
        {
            Release();
        }
    }

    /// <summary>The loop heard that it is ready, or lets it look. On the loop's thread.</summary>
    internal void BecameReady(bool readable, bool writable)
    {
        try
        {
            if (readable && Interlocked.Exchange(ref _receiveWaits, 0) != 0)
            {
                _events?.Readable();
            }

            if (writable && Interlocked.Exchange(ref _sendWaits, 0) != 0)
            {
                _events?.Writable();
            }
        }
        catch (Exception fault)
        {
            Fault(fault);
        }
    }

    /// <summary>The loop met a fault of this program: the socket ends. Never throws.</summary>
    internal void Fault(Exception fault) => UdpFaults.Tell(_events, this, fault);

    private bool TrySet(int option, int value) => UdpCalls.SetOption(Descriptor, UdpCalls.UdpLevel, option, &value, sizeof(int)) == 0;

    private DatagramReceived ReceiveOrWait(Span<byte> buffer)
    {
        while (true)
        {
            var got = ReceiveOnce(buffer, out var segmentBytes);
            if (got >= 0)
            {
                Received += segmentBytes == 0 || got == 0 ? 1 : (got + segmentBytes - 1) / segmentBytes;
                var from = UdpAddresses.Read(_from, _family);
                if (segmentBytes == 0 || segmentBytes >= got)
                {
                    return DatagramReceived.One(from, got);
                }

                Together = Together with { Receives = Together.Receives + 1 };
                return DatagramReceived.Segments(from, got, segmentBytes);
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno == EpollCalls.Again)
            {
                Volatile.Write(ref _receiveWaits, 1);
                _loop.LookAgain();
                return DatagramReceived.Pending;
            }

            if (errno != EpollCalls.Interrupted)
            {
                var error = EpollCalls.ErrorOf(errno);
                return UdpReasons.IsOfPeer(error) ? DatagramReceived.Failed(_options.Peer ?? default, UdpReasons.Of(error))
                    : new DatagramReceived(DatagramStatus.Closed, default, 0, 0, UdpReasons.Of(error));
            }
        }
    }

    [SkipLocalsInit]
    private int ReceiveOnce(Span<byte> buffer, out int segmentBytes)
    {
        fixed (byte* start = buffer, from = _from, control = _control)
        {
            var piece = new EpollCalls.Piece { Start = (nint)start, Length = (nuint)buffer.Length };
            var message = new EpollCalls.MessageHeader
            {
                Name = (nint)from,
                NameLength = UdpAddresses.BytesMax,
                Pieces = &piece,
                PieceCount = 1,
                Control = _receivesTogether ? (nint)control : 0,
                ControlLength = _receivesTogether ? ControlBytes : 0u,
            };
            var got = (int)UdpCalls.ReceiveMessage(Descriptor, &message, EpollCalls.DontWaitNoSignal);
            segmentBytes = got > 0 && message.ControlLength >= UdpCalls.ControlMessage.HeaderBytes + sizeof(int) ? SegmentOf((UdpCalls.ControlMessage*)control) : 0;
            return got;
        }
    }

    private static int SegmentOf(UdpCalls.ControlMessage* control) =>
        control->Level == UdpCalls.UdpLevel && control->Type == UdpCalls.Coalesce ? control->Value : 0;

    // Sends the next datagram, or several that can leave together. What is done with is out of the batch, sent or failed; EAGAIN when nothing is.
    private int SendNext(DatagramBatch batch)
    {
        var to = batch.To(batch.Next);
        var why = UdpReasons.Refusal(to, batch.SpanOf(batch.Next).Length, _family, _options.Peer);
        if (why != Reason.None)
        {
            batch.Fail(why);
            return 0;
        }

        UdpAddresses.Write(to, _to, _family);
        var run = _sendsTogether && batch.Next >= _oneByOne ? batch.RunAt(batch.Next) : 1;
        var errno = run > 1 ? SendRun(batch, run) : SendOne(batch.SpanOf(batch.Next));
        switch (errno)
        {
            case 0:
                batch.Advance(run);
                break;
            case EpollCalls.Again or EpollCalls.Interrupted:
                break;
            case UdpCalls.Invalid or UdpCalls.MessageTooLong when run > 1: // a segment is too long for the path's MTU
                _oneByOne = batch.Next + run;
                break;
            case UdpCalls.InputOutput or UdpCalls.NotSupported when run > 1: // the device cannot
                _sendsTogether = false;
                break;
            default:
                batch.Fail(UdpReasons.Of(EpollCalls.ErrorOf(errno)));
                break;
        }

        return errno;
    }

    private int SendOne(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes, to = _to)
        {
            byte nothing; // an empty span has no address
            return UdpCalls.SendTo(
                Descriptor, start is null ? &nothing : start, (nuint)bytes.Length, EpollCalls.DontWaitNoSignal, _options.Peer is null ? to : null,
                _options.Peer is null ? (uint)UdpAddresses.LengthOf(_family) : 0) >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    [SkipLocalsInit]
    private int SendRun(DatagramBatch batch, int run)
    {
        var bytes = batch.SpanOf(batch.Next, run);
        fixed (byte* start = bytes, to = _to)
        {
            var piece = new EpollCalls.Piece { Start = (nint)start, Length = (nuint)bytes.Length };
            var control = new UdpCalls.ControlMessage
            {
                Length = UdpCalls.ControlMessage.HeaderBytes + sizeof(ushort),
                Level = UdpCalls.UdpLevel,
                Type = UdpCalls.Segment,
                Value = batch.SpanOf(batch.Next).Length,
            };
            var message = new EpollCalls.MessageHeader
            {
                Name = _options.Peer is null ? (nint)to : 0,
                NameLength = _options.Peer is null ? (uint)UdpAddresses.LengthOf(_family) : 0,
                Pieces = &piece,
                PieceCount = 1,
                Control = (nint)(&control),
                ControlLength = UdpCalls.ControlMessage.SpaceBytes,
            };
            Together = Together with { Sends = Together.Sends + 1 };
            return EpollCalls.SendMessage(Descriptor, &message, EpollCalls.DontWaitNoSignal) >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    private void Release()
    {
        _socket.Dispose();
        _leaks.Sockets.Remove();
        _options.Descriptors?.Leave(_options.Bind.Address);
        _closed?.Invoke();
    }
}
