using System.Collections.Concurrent;
using System.Threading.Channels;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>Collects a transport's completions, so that a test can await them and count them.</summary>
internal sealed class Completions : ITransportEvents
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<IoResult> _received = Channel.CreateUnbounded<IoResult>();
    private readonly Channel<IoResult> _sent = Channel.CreateUnbounded<IoResult>();
    private int _receives;
    private int _sends;

    /// <summary>What was thrown on a socket's thread. A callback cannot fail a test, so whoever ends the test looks here.</summary>
    public ConcurrentQueue<Exception> Faults { get; init; } = [];

    public int Receives => Volatile.Read(ref _receives);

    public int Sends => Volatile.Read(ref _sends);

    /// <summary>True while a test is inside a call to the transport, on that thread.</summary>
    [field: ThreadStatic]
    public static bool InsideCall { get; set; }

    public bool CalledFromInside { get; private set; }

    public void ReceiveCompleted(IoResult result)
    {
        CalledFromInside |= InsideCall;
        Interlocked.Increment(ref _receives);
        _received.Writer.TryWrite(result);
    }

    public void SendCompleted(IoResult result)
    {
        CalledFromInside |= InsideCall;
        Interlocked.Increment(ref _sends);
        _sent.Writer.TryWrite(result);
    }

    /// <summary>Receives from a transport that is bound to this object, whether it completes at once or later.</summary>
    public async Task<IoResult> ReceiveAsync(ITransport transport, Memory<byte> buffer)
    {
        InsideCall = true;
        var result = transport.Receive(buffer);
        InsideCall = false;
        return result.Status == IoStatus.Pending ? await ReceivedAsync() : result;
    }

    /// <summary>Sends on a transport that is bound to this object, whether it completes at once or later.</summary>
    public async Task<IoResult> SendAsync(ITransport transport, SendBatch batch)
    {
        InsideCall = true;
        var result = transport.Send(batch);
        InsideCall = false;
        result = result.Status == IoStatus.Pending ? await SentAsync() : result;
        batch.Release();
        return result;
    }

    public void Faulted(Exception fault)
    {
        Faults.Enqueue(fault);
        _received.Writer.TryComplete(fault); // who waits is told at once
        _sent.Writer.TryComplete(fault);
    }

    public Task<IoResult> ReceivedAsync() => _received.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public Task<IoResult> SentAsync() => _sent.Reader.ReadAsync().AsTask().WaitAsync(Patience);
}
