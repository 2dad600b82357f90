using System.Net;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// What the transports over ASP.NET Core have in common: turning awaited operations into completions, and knowing when
/// nothing uses the request any more, so that its handler may return.
/// </summary>
internal abstract class WebTransport(IPEndPoint remote, IPEndPoint local) : ITransport
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITransportEvents? _events;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private int _inFlight;
    private bool _sendInFlight;
    private bool _closed;

    /// <inheritdoc/>
    public IPEndPoint Remote { get; } = remote;

    /// <inheritdoc/>
    public IPEndPoint Local { get; } = local;

    /// <inheritdoc/>
    public virtual long UnacknowledgedBytes => 0;

    /// <summary>Completes when the transport is closed and no operation is in flight.</summary>
    public Task Unused => Task.WhenAll(_unused.Task, _receiving, _sending);

    /// <inheritdoc/>
    public void Bind(ITransportEvents events) => _events = events;

    /// <inheritdoc/>
    public IoResult Receive(Memory<byte> buffer)
    {
        if (!Begin(sends: false))
        {
            return IoResult.Failed(Reason.Disposed);
        }

        var operation = ReceiveAsync(buffer);
        if (operation.IsCompleted)
        {
            return End(operation.Result, sends: false);
        }

        _receiving = FinishAsync(operation.AsTask(), sends: false);
        return IoResult.Pending;
    }

    /// <inheritdoc/>
    public IoResult Send(SendBatch batch)
    {
        if (!Begin(sends: true))
        {
            return IoResult.Failed(Reason.Disposed);
        }

        var operation = SendAsync(batch);
        if (operation.IsCompleted)
        {
            return End(operation.Result, sends: true);
        }

        _sending = FinishAsync(operation.AsTask(), sends: true);
        return IoResult.Pending;
    }

    /// <inheritdoc/>
    public abstract void FinishSending();

    /// <inheritdoc/>
    public virtual void LimitUnsent(int bytes)
    {
        // Kestrel owns the socket; where it lends it, the transport overrides this.
    }

    /// <inheritdoc/>
    public void Close()
    {
        bool cutShort;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            cutShort = _sendInFlight;
            _inFlight++; // this call uses the request too: an operation that completes meanwhile must not let the handler return
        }

        try
        {
            EndOperations(cutShort);
        }
        finally
        {
            lock (_lock)
            {
                _inFlight--;
            }

            CompleteIfUnused();
        }
    }

    /// <summary>Receives, or with an empty buffer waits until that would succeed. Never throws.</summary>
    protected abstract ValueTask<IoResult> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends the whole batch. Never throws.</summary>
    protected abstract ValueTask<IoResult> SendAsync(SendBatch batch);

    /// <summary>Makes operations in flight complete soon.</summary>
    /// <param name="cutShort">A send is among them: the peer must not take what it got for the whole.</param>
    protected abstract void EndOperations(bool cutShort);

    private bool Begin(bool sends)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _inFlight++;
            _sendInFlight |= sends;
            return true;
        }
    }

    private IoResult End(IoResult result, bool sends)
    {
        lock (_lock)
        {
            _inFlight--;
            _sendInFlight &= !sends;
        }

        return result;
    }

    // Yields first: a completion must never come from inside the call that started the operation.
    private async Task FinishAsync(Task<IoResult> operation, bool sends)
    {
        await operation.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var result = End(await operation, sends);
        if (_events is { } events)
        {
            Completion.Tell(this, events, sends ? IoResult.Pending : result, sends ? result : IoResult.Pending);
        }

        CompleteIfUnused();
    }

    private void CompleteIfUnused()
    {
        lock (_lock)
        {
            if (!_closed || _inFlight > 0)
            {
                return;
            }
        }

        _unused.TrySetResult();
    }
}
