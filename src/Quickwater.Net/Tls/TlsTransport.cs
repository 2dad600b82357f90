using System.Net;
using System.Net.Security;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// TLS over any other transport, which it owns. The handshake begins when it is bound; what is received and sent before it is done waits for it. It has
/// a deadline of its own and does its arithmetic on threads that are not the engine's; afterwards everything runs as the transport beneath completes.
/// The runtime's SslStream does the cryptography.
/// </summary>
/// <remarks>
/// As with TCP, the two directions end apart: <see cref="FinishSending"/> sends close_notify and ends the sending side beneath behind it. An end
/// without close_notify is no orderly end, since anyone on the way could have made it: <see cref="Reason.TlsTruncated"/>.
/// </remarks>
public sealed class TlsTransport : ITransport, IThreadPoolWorkItem, IDisposable
{
    private const int Receiving = TransportState.Receiving;
    private const int Sending = TransportState.Sending;
    private const int Shaking = TransportState.Shaking;
    private const int Leaving = TransportState.Leaving;

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly ITransport _inner;
    private readonly ITlsSide _side;
    private readonly TlsPipe _pipe;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<Reason> _shaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITransportEvents? _events;
    private SslStream? _ssl;
    private volatile Phase _phase;
    private TlsParked _parked;
    private ITimer? _deadline;
    private TlsReading? _reading;
    private TlsSending? _sending;
    private Task<int> _first = Task.FromResult(0); // the wait for the peer's first byte
    private Task _handshake = Task.CompletedTask;
    private Reason _failed; // the handshake
    private int _finished;
    private TransportState _state;

    internal TlsTransport(ITransport inner, ITlsSide side)
    {
        _inner = inner;
        _side = side;
        _pipe = new TlsPipe(inner, this, side.Handshakes);
        Place = new LinkedListNode<TlsTransport>(this);
    }

    private enum Phase { Fresh, Shaking, Open, Failed }

    /// <inheritdoc/>
    public IPEndPoint Remote => _inner.Remote;

    /// <inheritdoc/>
    public IPEndPoint Local => _inner.Local;

    /// <inheritdoc/>
    public long UnacknowledgedBytes => _inner.UnacknowledgedBytes;

    /// <inheritdoc/>
    public TlsPeer Tls { get; } = new();

    /// <summary>Belongs to <see cref="TlsHandshakes"/>, under its lock.</summary>
    internal LinkedListNode<TlsTransport> Place { get; }

    /// <summary>Belongs to <see cref="TlsHandshakes"/>, under its lock.</summary>
    internal bool IsShaking { get; set; }

    private ITransportEvents Events => _events ?? throw NotBound;

    private TlsReading In => _reading ?? throw NotBound;

    private TlsSending Out => _sending ?? throw NotBound;

    private static InvalidOperationException NotBound => new("A transport is bound before it is used.");

    private static IoResult Gone => IoResult.Failed(Reason.Disposed);

    /// <inheritdoc/>
    public void Bind(ITransportEvents events)
    {
        if (Interlocked.CompareExchange(ref _events, events, null) is not null)
        {
            throw new InvalidOperationException("A transport is bound once.");
        }

        Start();
    }

    /// <inheritdoc/>
    public IoResult Receive(Memory<byte> buffer)
    {
        if (!Begin(Receiving))
        {
            return Gone;
        }

        return TryPark(new TlsParked { Receives = true, Into = buffer }) ? IoResult.Pending : Finish(Receiving, Read(buffer));
    }

    /// <inheritdoc/>
    public IoResult Send(SendBatch batch)
    {
        if (!Begin(Sending))
        {
            return Gone;
        }

        return TryPark(new TlsParked { Batch = batch }) ? IoResult.Pending : Finish(Sending, Write(batch));
    }

    /// <inheritdoc/>
    public void FinishSending()
    {
        if (!TryPark(new TlsParked { Finishes = true }))
        {
            Farewell();
        }
    }

    /// <inheritdoc/>
    public void LimitUnsent(int bytes) => _inner.LimitUnsent(bytes);

    /// <inheritdoc/>
    /// <remarks>
    /// Behind <see cref="FinishSending"/> it lets close_notify go out first, for up to 5 s: with it in flight, closing would reset the connection and
    /// lose what was sent before.
    /// </remarks>
    public void Close()
    {
        if (!_state.TryClose(out var inFlight))
        {
            return;
        }

        if (inFlight == Leaving)
        {
            _deadline = _side.Handshakes.Time.CreateTimer(
                static state => (state as ITransport)?.Close(), _inner, FarewellTimeout, Timeout.InfiniteTimeSpan);
            return;
        }

        _inner.Close();
        if (inFlight == 0 && _state.TryRelease())
        {
            Release();
        }
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    /// <summary>Does the handshake now, before it is bound. The answer is <see cref="Reason.None"/>, or why it failed; then it is closed.</summary>
    internal Task<Reason> HandshakeAsync()
    {
        Start();
        return _shaken.Task;
    }

    /// <summary>Ends the handshake, if it is under way.</summary>
    internal void Fail(Reason why)
    {
        lock (_lock)
        {
            if (_phase != Phase.Shaking)
            {
                return;
            }
        }

        Blame(why);
        _inner.Close();
    }

    /// <summary>Notes the cause of a failure that is about to surface. The first one stays.</summary>
    internal void Blame(Reason why) => _pipe.Blame(why);

    /// <summary>Something threw on a thread that served this transport: its user is told, and it ends.</summary>
    internal void Faulted(Exception fault)
    {
        Blame(Reason.LocalFault);
        Completion.TryFault(this, _events, fault);
    }

    /// <summary>A read that was pending is over.</summary>
    internal void ReadDone(IoResult result) => Complete(Receiving, result);

    /// <summary>A send of the pipe that was pending is over.</summary>
    internal void SendDone(IoResult result)
    {
        if (_state.Has(Leaving))
        {
            EndFarewell();
        }
        else
        {
            Complete(Sending, Out.Outcome(result));
        }
    }

    /// <summary>Begins the handshake, on a thread that is there for it.</summary>
    void IThreadPoolWorkItem.Execute() => _handshake = ShakeAsync();

    private void Start()
    {
        lock (_lock)
        {
            if (_phase != Phase.Fresh)
            {
                return;
            }

            _phase = Phase.Shaking;
        }

        _state.Begin(Shaking, out _); // closed before: then it fails at once
        _inner.Bind(_pipe);
        var handshakes = _side.Handshakes;
        if (!handshakes.TryEnter(this))
        {
            Shaken(Reason.TooManyHandshakes);
            return;
        }

        _deadline = handshakes.Time.CreateTimer(
            static state => (state as TlsTransport)?.Fail(Reason.HandshakeTimeout), this, handshakes.Timeout, Timeout.InfiniteTimeSpan);
        if (!_side.SpeaksFirst)
        {
            _first = _pipe.ReadAsync(Memory<byte>.Empty).AsTask(); // a silent peer costs no more than this
            if (!_first.IsCompleted)
            {
                // Never from here: the byte may come at this instant, and the handshake would go on on the engine's thread.
                _first.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => handshakes.Queue(this));
                return;
            }
        }

        handshakes.Queue(this);
    }

    // True when the handshake is under way: then it is done behind it.
    private bool TryPark(in TlsParked asked)
    {
        if (_phase != Phase.Shaking)
        {
            return false;
        }

        lock (_lock)
        {
            if (_phase != Phase.Shaking)
            {
                return false;
            }

            _parked.Add(asked);
            return true;
        }
    }

    // Never throws: whatever goes wrong is the reason that it ends with.
    private async Task ShakeAsync()
    {
        var why = Reason.None;
        try
        {
            await _first;
            _ssl = new SslStream(_pipe, leaveInnerStreamOpen: true);
            await _side.AuthenticateAsync(_ssl, this);
            (_reading, _sending) = (new TlsReading(_ssl, _pipe, this), new TlsSending(_ssl, _pipe));
        }
        catch (Exception e)
        {
            why = _pipe.WhyShakingFailed(e);
        }

        Shaken(why);
    }

    private void Shaken(Reason why)
    {
        _deadline?.Dispose();
        _side.Handshakes.Leave(this);
        if (why == Reason.None)
        {
            _pipe.Open(); // before anyone may use it
        }

        TlsParked parked;
        lock (_lock)
        {
            parked = _parked;
            _parked = default;
            (_failed, _phase) = (why, why == Reason.None ? Phase.Open : Phase.Failed);
        }

        if (why != Reason.None)
        {
            _inner.Close(); // at once: its user may be long in noticing
        }

        _shaken.TrySetResult(why);
        if (parked.Receives)
        {
            Complete(Receiving, Read(parked.Into));
        }

        if (parked.Batch is { } batch)
        {
            Complete(Sending, Write(batch));
        }

        if (parked.Finishes)
        {
            Farewell();
        }

        End(Shaking);
    }

    // What was parked, and did not become pending again.
    private void Complete(int operation, IoResult result)
    {
        result = Finish(operation, result);
        Completion.Tell(this, Events, operation == Receiving ? result : IoResult.Pending, operation == Sending ? result : IoResult.Pending);
    }

    private IoResult Read(Memory<byte> buffer) => _failed != Reason.None ? IoResult.Failed(_failed) : In.Start(buffer);

    private IoResult Write(SendBatch batch) => _failed != Reason.None ? IoResult.Failed(_failed) : Out.Start(batch);

    private void Farewell()
    {
        if (_phase != Phase.Open || Interlocked.Exchange(ref _finished, 1) != 0 || !Begin(Leaving))
        {
            return;
        }

        if (Out.Farewell().Status != IoStatus.Pending)
        {
            EndFarewell();
        }
    }

    private void EndFarewell()
    {
        _inner.FinishSending();
        if (End(Leaving))
        {
            _inner.Close(); // put off until now
        }
    }

    private bool Begin(int operation)
    {
        _state.Begin(operation, out var isClosed);
        if (isClosed)
        {
            End(operation);
        }

        return !isClosed;
    }

    private IoResult Finish(int operation, IoResult result) =>
        result.Status != IoStatus.Pending && End(operation) && result.Status == IoStatus.Failed ? Gone : result;

    // True when the transport is closed.
    private bool End(int operation)
    {
        var isClosed = _state.End(operation, out var isLast);
        if (isLast)
        {
            Release();
        }

        return isClosed;
    }

    private void Release()
    {
        _deadline?.Dispose();
        _ssl?.Dispose();
        _pipe.Dispose();
    }
}
