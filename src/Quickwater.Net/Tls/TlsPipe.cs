using System.Security.Cryptography;
using System.Threading.Tasks.Sources;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// The stream of ciphertext between <see cref="System.Net.Security.SslStream"/> and the transport beneath. Reads go straight through. Writes do so
/// during the handshake; after it they are gathered into one batch that <see cref="SendGathered"/> sends, so that a send is one system call however many
/// records it has. Allocates nothing once it runs.
/// </summary>
internal sealed class TlsPipe(ITransport inner, TlsTransport owner, TlsHandshakes handshakes)
    : Stream, ITransportEvents, IThreadPoolWorkItem, IValueTaskSource<int>, IValueTaskSource
{
    private const int ReadOver = 1;
    private const int WriteOver = 2;

    // The content types that a TLS peer may begin with (RFC 8446, section 5.1).
    private const byte Alert = 21;
    private const byte Handshake = 22;

    private readonly SendBatch _out = new(); // belongs to the send while one is in flight
    private ManualResetValueTaskSourceCore<int> _read;
    private ManualResetValueTaskSourceCore<bool> _write;
    private Memory<byte> _into;
    private IoResult _readResult;
    private IoResult _writeResult;
    private int _over;
    private bool _isOpen; // the handshake is over
    private bool _isSending;
    private bool _isAwaited;
    private int _why;

    /// <summary>Whether any byte has come from the peer.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>Whether the transport beneath has ended, and the reader has been told.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The handshake is over: what completes from now on runs on the thread it comes on.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Notes the cause of a failure that is about to surface. The first one stays.</summary>
    public void Blame(Reason why) => Interlocked.CompareExchange(ref _why, (int)why, 0);

    /// <summary>Why the handshake failed that threw this.</summary>
    public Reason WhyShakingFailed(Exception e) =>
        Volatile.Read(ref _why) is var why and not 0 ? (Reason)why
        : HasEnded && !HasReceived ? Reason.PeerClosed
        : e is CryptographicException ? Reason.LocalFault
        : Reason.TlsHandshakeFailed; // whatever else the runtime throws, it was the peer's bytes that made it

    /// <summary>Why a read or write failed that threw this, after the handshake.</summary>
    public Reason WhyBroken(Exception e) =>
        Volatile.Read(ref _why) is var why and not 0 ? (Reason)why
        : HasEnded ? Reason.TlsTruncated
        : e is IOException ? Reason.TlsBroken
        : Reason.LocalFault;

    /// <summary>Begins to gather, with room for so many bytes.</summary>
    public void Begin(int bytes)
    {
        _out.Begin(bytes);
        _out.Reserve(bytes);
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Drop() => _out.Release();

    /// <summary>Sends what was gathered. If it is pending, <see cref="TlsTransport.SendDone"/> follows.</summary>
    public IoResult SendGathered()
    {
        _isSending = true;
        var result = inner.Send(_out);
        return result.Status == IoStatus.Pending ? result : Sent(result);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _read.Reset();
        _into = buffer;
        if (!_isOpen)
        {
            handshakes.Waits(owner); // before the call: it may complete on another thread before the call is over
        }

        var result = inner.Receive(buffer);
        if (result.Status == IoStatus.Pending)
        {
            return new ValueTask<int>(this, _read.Version);
        }

        if (!_isOpen)
        {
            handshakes.Works(owner);
        }

        return Received(result) is { } fault ? ValueTask.FromException<int>(fault) : new ValueTask<int>(result.Bytes);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isSending)
        {
            throw new InvalidOperationException("The handshake is over and a send in flight: nobody may write now.");
        }

        if (_isOpen)
        {
            _out.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        _write.Reset();
        _isAwaited = true;
        handshakes.Waits(owner);
        _out.Begin(buffer.Length);
        _out.Write(buffer.Span);
        var result = SendGathered();
        if (result.Status == IoStatus.Pending)
        {
            return new ValueTask(this, _write.Version);
        }

        handshakes.Works(owner);
        return Failure(result) is { } fault ? ValueTask.FromException(fault) : ValueTask.CompletedTask;
    }

    /// <summary>The alert that says why a handshake failed: nobody waits for it.</summary>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Write(byte[], int, int)"/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isSending || _isOpen)
        {
            throw new InvalidOperationException("Only the end of a handshake is written without waiting.");
        }

        _isAwaited = false;
        _out.Begin(buffer.Length);
        _out.Write(buffer);
        SendGathered();
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    void ITransportEvents.ReceiveCompleted(IoResult result)
    {
        if (_isOpen)
        {
            DeliverRead(result);
            return;
        }

        _readResult = result;
        Step(ReadOver);
    }

    /// <inheritdoc/>
    void ITransportEvents.SendCompleted(IoResult result)
    {
        result = Sent(result);
        if (_isOpen)
        {
            owner.SendDone(result);
        }
        else if (_isAwaited)
        {
            _writeResult = result;
            Step(WriteOver);
        }
    }

    /// <inheritdoc/>
    void ITransportEvents.Faulted(Exception fault) => owner.Faulted(fault);

    /// <summary>Goes on with the handshake, on a thread that is there for it.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var over = Interlocked.Exchange(ref _over, 0);
        if ((over & ReadOver) != 0)
        {
            DeliverRead(_readResult);
        }

        if ((over & WriteOver) == 0)
        {
            return;
        }

        if (Failure(_writeResult) is { } fault)
        {
            _write.SetException(fault);
        }
        else
        {
            _write.SetResult(true);
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _write.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _write.OnCompleted(continuation, state, token, flags);

    private void Step(int over)
    {
        Interlocked.Or(ref _over, over);
        handshakes.Works(owner);
        handshakes.Queue(this);
    }

    private void DeliverRead(IoResult result)
    {
        if (Received(result) is { } fault)
        {
            _read.SetException(fault);
        }
        else
        {
            _read.SetResult(result.Bytes);
        }
    }

    // What is wrong with what came, as the exception that the reader knows; null when nothing is.
    private IOException? Received(IoResult result)
    {
        var into = _into;
        _into = default;
        HasEnded |= result.Status == IoStatus.EndOfStream;
        if (result.Bytes == 0)
        {
            return Failure(result);
        }

        if (!HasReceived && into.Span[0] is not (Handshake or Alert))
        {
            return Failure(IoResult.Failed(Reason.WrongProtocol));
        }

        HasReceived = true;
        return null;
    }

    private IOException? Failure(IoResult result)
    {
        if (result.Status != IoStatus.Failed)
        {
            return null;
        }

        Blame(result.Reason);
        return new IOException(result.Reason.Text());
    }

    private IoResult Sent(IoResult result)
    {
        _out.Release();
        _isSending = false;
        return result;
    }
}
