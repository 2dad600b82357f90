using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>What a method knows of the call that it works on. Thread-safe.</summary>
public sealed class RpcContext : IRpcCallEvents, IThreadPoolWorkItem
{
    private readonly RpcTaskHandler _handler;
    private readonly RpcCall _call;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly SemaphoreSlim? _credit; // of a stream; also what its signals are guarded by
    private CancellationTokenSource? _stop;

    internal RpcContext(RpcCall call, TimeProvider time, bool streams, RpcTaskHandler handler)
    {
        _handler = handler;
        _call = call;
        _time = time;
        _began = time.GetTimestamp();
        _credit = streams ? new SemaphoreSlim(0, 1) : null;
        call.Listen(this);
    }

    /// <summary>The method's name.</summary>
    public string Method => _call.Method;

    /// <summary>The name that the caller authenticated as, or null where the server asks nobody.</summary>
    public string? Caller => _call.Caller;

    /// <summary>What TLS knows of the caller, such as its certificate; null where there is no TLS.</summary>
    public TlsPeer? Tls => _call.Tls;

    /// <summary>The trace that the call belongs to; not valid when the caller gave none.</summary>
    public RpcTraceContext Trace => _call.Trace;

    /// <summary>
    /// What is left of the call's time: give it to the calls that the method makes itself, so that deadlines shrink on their way. Zero when it is up.
    /// </summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = _call.Deadline - _call.Arrived - _time.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Cancelled when nobody waits for the answer any more: the caller cancelled, its time is up, or it is gone.</summary>
    public CancellationToken Stopped
    {
        get
        {
            if (Volatile.Read(ref _stop) is not { } stop)
            {
                var made = new CancellationTokenSource();
                stop = Interlocked.CompareExchange(ref _stop, made, null) ?? made;
            }

            // Either this sees that the call was stopped, or who stops it sees the source.
            if (_call.Stopped != Reason.None)
            {
                stop.Cancel();
            }

            return stop.Token;
        }
    }

    /// <inheritdoc/>
    void IRpcCallEvents.Stopped(Reason why)
    {
        Interlocked.MemoryBarrier(); // the call is stopped before the source is looked for
        if (Volatile.Read(ref _stop) is { } stop)
        {
            _ = CancelAsync(stop);
        }

        Signal();
    }

    /// <inheritdoc/>
    void IRpcCallEvents.CreditCame() => Signal();

    // The task ends with an answer, whatever happens: there is nothing to wait for.
    void IThreadPoolWorkItem.Execute() => _ = _handler.RunAsync(_call, this);

    internal async ValueTask<RpcItemStatus> WriteItemAsync(ReadOnlyMemory<byte> item)
    {
        while (true)
        {
            var status = _call.TryWriteItem(item.Span);
            if (status != RpcItemStatus.NoCredit || _credit is null)
            {
                return status;
            }

            await _credit.WaitAsync();
        }
    }

    // What listens to the token is user code: it runs on the thread pool, not on the engine's thread, and what it throws is told.
    private async Task CancelAsync(CancellationTokenSource stop)
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (AggregateException fault)
        {
            _call.Report(fault);
        }
    }

    private void Signal()
    {
        if (_credit is null)
        {
            return;
        }

        lock (_credit)
        {
            if (_credit.CurrentCount == 0)
            {
                _credit.Release();
            }
        }
    }
}
