using Quickwater.Core;

namespace Quickwater.Conformance;

/// <summary>
/// Uses a transport by its contract, one operation of a kind at a time, and counts completions. Completions may come on any thread.
/// </summary>
public sealed class TransportDriver : ITransportEvents
{
    private readonly TransportPair _pair;
    private int _receivesPending;
    private int _receivesCompleted;
    private int _sendsPending;
    private int _sendsCompleted;
    private int _insideCall;
    private IoResult _received;
    private IoResult _sent;

    /// <summary>Binds a transport.</summary>
    public TransportDriver(TransportPair pair, ITransport transport)
    {
        _pair = pair;
        Transport = transport;
        transport.Bind(this);
    }

    /// <summary>The transport.</summary>
    public ITransport Transport { get; }

    /// <summary>Completions that came although nothing was pending, or from inside a call on the caller's thread.</summary>
    public int StrayCompletions { get; private set; }

    /// <summary>Whether a receive is in flight.</summary>
    public bool Receiving => Volatile.Read(ref _receivesCompleted) < _receivesPending;

    /// <summary>Whether a send is in flight.</summary>
    public bool Sending => Volatile.Read(ref _sendsCompleted) < _sendsPending;

    /// <inheritdoc/>
    public void ReceiveCompleted(IoResult result)
    {
        if (Volatile.Read(ref _insideCall) == Environment.CurrentManagedThreadId)
        {
            StrayCompletions++;
        }

        _received = result;
        if (Interlocked.Increment(ref _receivesCompleted) > Volatile.Read(ref _receivesPending) + 1)
        {
            StrayCompletions++;
        }
    }

    /// <inheritdoc/>
    public void Faulted(Exception fault) => StrayCompletions++;

    /// <inheritdoc/>
    public void SendCompleted(IoResult result)
    {
        if (Volatile.Read(ref _insideCall) == Environment.CurrentManagedThreadId)
        {
            StrayCompletions++;
        }

        _sent = result;
        if (Interlocked.Increment(ref _sendsCompleted) > Volatile.Read(ref _sendsPending) + 1)
        {
            StrayCompletions++;
        }
    }

    /// <summary>Starts a receive and tells how it stands.</summary>
    public IoResult StartReceive(Memory<byte> buffer)
    {
        Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
        var result = Transport.Receive(buffer);
        Volatile.Write(ref _insideCall, 0);
        if (result.Status == IoStatus.Pending)
        {
            Interlocked.Increment(ref _receivesPending);
        }

        return result;
    }

    /// <summary>The outcome of a receive, waited for if it is pending.</summary>
    public IoResult Receive(Memory<byte> buffer) => Outcome(StartReceive(buffer));

    /// <summary>The outcome of the receive that was started.</summary>
    public IoResult Outcome(IoResult started)
    {
        if (started.Status != IoStatus.Pending)
        {
            return started;
        }

        _pair.Until(() => !Receiving);
        return _received;
    }

    /// <summary>Starts a send and tells how it stands. The batch is the transport's until it is complete.</summary>
    public IoResult StartSend(SendBatch batch)
    {
        Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
        var result = Transport.Send(batch);
        Volatile.Write(ref _insideCall, 0);
        if (result.Status == IoStatus.Pending)
        {
            Interlocked.Increment(ref _sendsPending);
        }

        return result;
    }

    /// <summary>The outcome of the send that was started.</summary>
    public IoResult SendOutcome(IoResult started)
    {
        if (started.Status != IoStatus.Pending)
        {
            return started;
        }

        _pair.Until(() => !Sending);
        return _sent;
    }

    /// <summary>Ends the sending side.</summary>
    public void FinishSending()
    {
        Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
        Transport.FinishSending();
        Volatile.Write(ref _insideCall, 0);
    }

    /// <summary>Ends both directions at once.</summary>
    public void Close()
    {
        Volatile.Write(ref _insideCall, Environment.CurrentManagedThreadId);
        Transport.Close();
        Volatile.Write(ref _insideCall, 0);
    }

    /// <summary>Sends bytes and waits until the transport has taken them.</summary>
    public IoResult Send(ReadOnlySpan<byte> bytes)
    {
        var batch = new SendBatch();
        batch.Begin(bytes.Length);
        batch.Write(bytes);
        var result = SendOutcome(StartSend(batch));
        batch.Release();
        return result;
    }

    /// <summary>Receives until the end of the stream or a failure; gives the bytes and how it ended.</summary>
    public (byte[] Bytes, IoResult End) ReceiveAll(int bufferBytes = 4096)
    {
        var all = new List<byte>();
        var buffer = new byte[bufferBytes];
        while (true)
        {
            var result = Receive(buffer);
            if (result.Status != IoStatus.Completed)
            {
                return ([.. all], result);
            }

            all.AddRange(buffer.AsSpan(0, result.Bytes));
        }
    }

    /// <summary>Receives exactly so many bytes.</summary>
    public byte[] ReceiveExactly(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var result = Receive(bytes.AsMemory(at));
            if (result.Status != IoStatus.Completed || result.Bytes == 0)
            {
                throw new InvalidOperationException($"After {at} of {count} bytes: {result}.");
            }

            at += result.Bytes;
        }

        return bytes;
    }
}
