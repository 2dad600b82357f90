using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quickwater.Net;

/// <summary>One thread that waits for its sockets, edge-triggered, and tells their transports.</summary>
internal sealed unsafe class EpollLoop : IDisposable
{
    private const int EventsMax = 256;
    private const int RoundsMeant = 8; // the mean of how long a round takes is over about so many
    private const int MovedPart = 4; // one in so many of those that were ready moves with a round

    // struct epoll_event is packed on x64 and aligned elsewhere.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataOffset + sizeof(ulong);

    private static readonly long LateTicks = Stopwatch.Frequency / 2000; // half a millisecond

    private readonly EpollLoops _all;
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly int _epoll;
    private readonly int _stop;
    private readonly Thread _thread;
    private Slot[] _slots = new Slot[64];
    private int _used = 1; // slot 0 is the order to stop
    private int _watched;
    private long _roundTicks;
    private bool _stopped;
    private bool _disposed;

    public EpollLoop(EpollLoops all, int number)
    {
        _all = all;
        _epoll = Check(EpollCalls.Create(EpollCalls.CloseOnExec));
        _stop = Check(EpollCalls.CreateEvent(0, EpollCalls.CloseOnExec | EpollCalls.NonBlocking));
        Watch(_stop, EpollCalls.Readable, 0);
        _thread = new Thread(Run) { IsBackground = true, Name = $"quickwater-epoll-{number}" };
    }

    /// <summary>Sockets that it watches.</summary>
    public int Watched => Volatile.Read(ref _watched);

    /// <summary>Whether what becomes ready waits too long for its turn: its rounds have grown too long.</summary>
    public bool IsLate => Volatile.Read(ref _roundTicks) > LateTicks;

    /// <summary>Whether it could do another's work too and still be far from late.</summary>
    public bool HasRoomFor(EpollLoop other) => Volatile.Read(ref _roundTicks) + Volatile.Read(ref other._roundTicks) < LateTicks / 2;

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Starts to watch a transport's socket. Readiness of the past is told at once.</summary>
    /// <param name="transport">Who is told, from this call on and on the loop's thread: nothing that it needs by then may be written after this call.</param>
    /// <param name="fd">Its socket.</param>
    /// <param name="number">For <see cref="Forget"/>. Written before the loop's thread can see the transport.</param>
    public void Watch(EpollTransport transport, int fd, out int number)
    {
        ulong data;
        lock (_lock)
        {
            if (!_free.TryPop(out var index))
            {
                index = _used++;
                if (index == _slots.Length)
                {
                    Array.Resize(ref _slots, _slots.Length * 2);
                }
            }

            number = index;
            ref var slot = ref _slots[index];
            slot.Transport = transport;
            _watched++;
            data = ((ulong)++slot.Generation << 32) | (uint)index;
        }

        try
        {
            Watch(fd, EpollCalls.Readable | EpollCalls.Writable | EpollCalls.PeerFinished | EpollCalls.EdgeTriggered, data);
        }
        catch (SocketException)
        {
            Forget((int)(uint)data);
            throw;
        }

        _all.OnWatched?.Invoke(transport);
    }

    /// <summary>Stops watching. Closing the socket takes it out of epoll; events that are on their way no longer find it.</summary>
    public void Forget(int index)
    {
        lock (_lock)
        {
            _slots[index].Transport = null;
            _slots[index].Generation++;
            _free.Push(index);
            _watched--;
        }
    }

    /// <summary>Stops watching a socket that stays open.</summary>
    public void Unwatch(int fd, int index)
    {
        _ = EpollCalls.Control(_epoll, EpollCalls.ControlDelete, fd, null);
        Forget(index);
    }

    /// <summary>Ends the thread. It may still be told to watch, which then means nothing.</summary>
    public void Stop()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        var one = 1UL;
        _ = EpollCalls.Write(_stop, (byte*)&one, sizeof(ulong));
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        if (!_disposed)
        {
            _disposed = true;
            _ = EpollCalls.Close(_stop);
            _ = EpollCalls.Close(_epoll);
        }
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new SocketException((int)EpollCalls.ErrorOf(Marshal.GetLastPInvokeError()));

    private void Watch(int fd, uint events, ulong data)
    {
        var interest = stackalloc byte[EventBytes];
        Unsafe.WriteUnaligned(interest, events);
        Unsafe.WriteUnaligned(interest + DataOffset, data);
        Check(EpollCalls.Control(_epoll, EpollCalls.ControlAdd, fd, interest));
    }

    private void Run()
    {
        var events = stackalloc byte[EventsMax * EventBytes];
        while (true)
        {
            var count = EpollCalls.Wait(_epoll, events, EventsMax, -1); // negative when a signal interrupts it
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                var at = events + (i * EventBytes);
                var data = DataOf(at);
                if (data == 0)
                {
                    return;
                }

                Serve(data, Unsafe.ReadUnaligned<uint>(at));
            }

            // A round that was held up from outside counts as a few late ones, not as hundreds.
            var took = Math.Min(Stopwatch.GetTimestamp() - began, LateTicks * 4);
            Volatile.Write(ref _roundTicks, _roundTicks + ((took - _roundTicks) / RoundsMeant));
            if (_all.Better(this) is { } other)
            {
                Move(events, count, other);
            }
        }
    }

    // Every connection of the loop depends on its thread: what one of them throws ends that one.
    private void Serve(ulong data, uint events)
    {
        var transport = Find(data);
        try
        {
            transport?.BecameReady(events);
        }
        catch (Exception fault)
        {
            _all.Faulted(transport, fault);
        }
    }

    private void Move(byte* events, int count, EpollLoop other)
    {
        for (var i = 0; i < count; i += MovedPart)
        {
            var transport = Find(DataOf(events + (i * EventBytes)));
            try
            {
                transport?.MoveTo(other);
            }
            catch (Exception fault)
            {
                _all.Faulted(transport, fault);
            }
        }
    }

    private static ulong DataOf(byte* one) => Unsafe.ReadUnaligned<ulong>(one + DataOffset);

    // The generation tells a late event of a closed socket from one of the socket that has its slot now.
    private EpollTransport? Find(ulong data)
    {
        lock (_lock)
        {
            ref var slot = ref _slots[(uint)data];
            return slot.Generation == (uint)(data >> 32) ? slot.Transport : null;
        }
    }

    private struct Slot
    {
        public EpollTransport? Transport;
        public uint Generation;
    }
}
