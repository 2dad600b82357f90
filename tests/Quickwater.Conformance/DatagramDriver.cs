using Quickwater.Core;

namespace Quickwater.Conformance;

/// <summary>Uses a datagram socket by its contract, and counts what it is told. It may be told on any thread.</summary>
public sealed class DatagramDriver : IDatagramEvents
{
    private readonly DatagramPair _pair;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Queue<(DatagramAddress From, byte[] Bytes)> _segments = new();
    private int _readable;
    private int _writable;
    private int _insideCall;

    /// <summary>Binds a socket.</summary>
    public DatagramDriver(DatagramPair pair, IDatagramSocket socket)
    {
        _pair = pair;
        Socket = socket;
        socket.Bind(this);
    }

    /// <summary>The socket.</summary>
    public IDatagramSocket Socket { get; }

    /// <summary>What it was told from inside a call on the caller's thread, and faults.</summary>
    public int Strays { get; private set; }

    /// <summary>How often it was told that a receive may find something.</summary>
    public int ReadableTold => Volatile.Read(ref _readable);

    /// <inheritdoc/>
    public void Readable()
    {
        NoteStray();
        Interlocked.Increment(ref _readable);
    }

    /// <inheritdoc/>
    public void Writable()
    {
        NoteStray();
        Interlocked.Increment(ref _writable);
    }

    /// <inheritdoc/>
    public void Faulted(Exception fault) => Strays++;

    /// <summary>What a receive finds now.</summary>
    public DatagramReceived TryReceive()
    {
        Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
        var result = Socket.Receive(_buffer);
        Volatile.Write(ref _insideCall, 0);
        return result;
    }

    /// <summary>The next datagram, waited for.</summary>
    public (DatagramAddress From, byte[] Bytes) Receive()
    {
        while (_segments.Count == 0)
        {
            var result = Outcome();
            if (result.Status == DatagramStatus.Closed)
            {
                throw new InvalidOperationException($"The socket is closed: {result.Reason}.");
            }

            for (var at = 0; result.Status == DatagramStatus.Completed && (at < result.Bytes || at == 0); at += Math.Max(result.SegmentBytes, 1))
            {
                _segments.Enqueue((result.From, _buffer.AsSpan(at, Math.Min(result.SegmentBytes, result.Bytes - at)).ToArray()));
            }
        }

        return _segments.Dequeue();
    }

    /// <summary>What a receive brings, waited for.</summary>
    public DatagramReceived Outcome()
    {
        while (true)
        {
            var told = ReadableTold;
            var result = TryReceive();
            if (result.Status != DatagramStatus.Pending)
            {
                return result;
            }

            _pair.Until(() => ReadableTold > told);
        }
    }

    /// <summary>Sends a batch, however long it takes.</summary>
    public void Send(DatagramBatch batch)
    {
        while (true)
        {
            var told = Volatile.Read(ref _writable);
            Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
            var isDone = Socket.Send(batch);
            Volatile.Write(ref _insideCall, 0);
            if (isDone)
            {
                return;
            }

            _pair.Until(() => Volatile.Read(ref _writable) > told);
        }
    }

    /// <summary>Sends one datagram; gives why it could not be sent.</summary>
    public Reason Send(DatagramAddress to, ReadOnlySpan<byte> bytes)
    {
        var batch = new DatagramBatch(Math.Max(bytes.Length, 1), 1);
        batch.TryWrite(to, bytes);
        Send(batch);
        return batch.FailureOf(0);
    }

    private void NoteStray()
    {
        if (Volatile.Read(ref _insideCall) == Environment.CurrentManagedThreadId)
        {
            Strays++;
        }
    }
}
