using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// One call that is answered later: what was asked, and the way back. Thread-safe. It counts as in flight until it is answered, also
/// when nobody waits for the answer any more: that bounds the work, and not only the waiting.
/// </summary>
public sealed class RpcCall
{
    /// <summary>What an item costs of the credit beside its payload: the rest of its frame.</summary>
    internal const int ItemOverheadBytes = RpcHeader.Bytes + 2;

    // One is allocated for every call that is answered later, so what its connection knows stands there, and what few calls have is made for those.
    private readonly RpcServerCalls _connection;
    private readonly PooledBytes _payload;
    private readonly Traced? _trace;
    private readonly Lock? _stream; // guards the credit; null when the caller takes no stream
    private readonly RpcMethod _method;
    private IRpcCallEvents? _events;
    private long _credit;
    private int _answered;
    private int _stopped;

    internal RpcCall(RpcServerCalls connection, RpcPending pending, in RpcAsked asked)
    {
        _connection = connection;
        _method = asked.Method;
        _trace = asked.Trace.IsValid ? new Traced(asked.Trace) : null;
        Pending = pending;
        Encoding = asked.Encoding;
        Arrived = asked.Arrived;
        if (asked.Credit is { } credit)
        {
            _stream = new Lock();
            _credit = Math.Min(credit, CreditMax);
        }

        _payload = Server.Buffers.Rent();
        _payload.Append(asked.Payload);
    }

    /// <summary>The name that the caller authenticated as, or null where the server asks nobody.</summary>
    public string? Caller => _connection.Caller;

    /// <summary>The method's name.</summary>
    public string Method => _method.Name;

    /// <summary>The parameters: one JSON value, or bytes. Valid until the call is answered.</summary>
    public ReadOnlyMemory<byte> Payload => _payload.Memory;

    /// <summary>What the payload is, and what every item and the result must be.</summary>
    public RpcEncoding Encoding { get; }

    /// <summary>What TLS knows of the caller, such as its certificate; null where there is no TLS.</summary>
    public TlsPeer? Tls => _connection.Tls;

    /// <summary>When it came in.</summary>
    public Instant Arrived { get; }

    /// <summary>When nobody waits for the answer any more. Calls that the method makes itself inherit it, so that deadlines shrink on their way.</summary>
    public Instant Deadline => Pending.Due;

    /// <summary>The trace it belongs to; not valid when the caller gave none.</summary>
    public RpcTraceContext Trace => _trace?.Context ?? default;

    /// <summary>Why nobody waits for the answer any more; <see cref="Reason.None"/> while somebody does.</summary>
    public Reason Stopped => (Reason)Volatile.Read(ref _stopped);

    /// <summary>Names who is told of what happens. Only within <see cref="IRpcHandler.Start"/>.</summary>
    public void Listen(IRpcCallEvents events) => _events = events;

    /// <summary>Answers with a result.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Complete(ReadOnlySpan<byte> result)
    {
        var bytes = Server.Buffers.Rent();
        bytes.Append(result);
        Answer(new RpcAnswer(this, bytes, null));
    }

    /// <summary>Answers with an error.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Fail(RpcError error) => Answer(new RpcAnswer(this, Server.Buffers.Rent(), error));

    /// <summary>Answers that the method failed: the exception goes to <see cref="RpcServer.Faulted"/>, not to the caller.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Fail(Exception fault)
    {
        Report(fault);
        Fail(RpcServerCalls.Failed);
    }

    /// <summary>Tells <see cref="RpcServer.Faulted"/> of an exception, without answering.</summary>
    public void Report(Exception fault) => Server.Faulted?.Invoke(Method, fault);

    /// <summary>Sends one item of the stream, if the caller's credit has room for it.</summary>
    public RpcItemStatus TryWriteItem(ReadOnlySpan<byte> item)
    {
        var cost = item.Length + ItemOverheadBytes;
        if (cost > CreditMax)
        {
            return RpcItemStatus.TooLarge;
        }

        if (Volatile.Read(ref _answered) != 0 || Stopped != Reason.None)
        {
            return RpcItemStatus.Over;
        }

        if (_stream is null || !TryTakeCredit(_stream, cost))
        {
            return RpcItemStatus.NoCredit;
        }

        var bytes = Server.Buffers.Rent();
        bytes.Append(item);
        _connection.Inbox.Post(new RpcAnswer(this, bytes, null) { IsItem = true });
        return RpcItemStatus.Written;
    }

    /// <summary>The session's side of it: what is kept of the call while it is under way.</summary>
    internal RpcPending Pending { get; }

    internal void Stop(Reason why)
    {
        Volatile.Write(ref _stopped, (int)why);
        _events?.Stopped(why);
    }

    internal void AddCredit(uint bytes)
    {
        if (_stream is not null)
        {
            lock (_stream)
            {
                _credit = Math.Min(_credit + bytes, CreditMax);
            }

            _events?.CreditCame();
        }
    }

    private void Answer(in RpcAnswer answer)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            answer.Release();
            throw new InvalidOperationException($"A call of {Method} was answered twice.");
        }

        _payload.Release();
        Server.Gate.Exit(_connection.Share);
        _connection.Inbox.Post(answer);
    }

    private RpcServer Server => _connection.Server;

    private int CreditMax => Server.Limits.StreamCreditMax;

    private bool TryTakeCredit(Lock stream, int cost)
    {
        lock (stream)
        {
            var fits = cost <= _credit || RpcMutants.CreditOverrun;
            _credit -= fits ? cost : 0;
            return fits;
        }
    }

    private sealed class Traced(RpcTraceContext context)
    {
        public RpcTraceContext Context { get; } = context;
    }
}
