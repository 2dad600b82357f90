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

    private readonly Lock _lock = new();
    private readonly RpcServer _server;
    private readonly RpcInbox _inbox;
    private readonly RpcGate.Share _share;
    private readonly PooledBytes _payload;
    private readonly int _creditMax;
    private IRpcCallEvents? _events;
    private long _credit;
    private bool _answered;
    private int _stopped;

    internal RpcCall(RpcServer server, RpcInbox inbox, RpcPending pending, RpcGate.Share share, in RpcAsked asked)
    {
        _share = share;
        _server = server;
        _inbox = inbox;
        Pending = pending;
        Method = asked.Method.Name;
        Encoding = asked.Encoding;
        Arrived = asked.Arrived;
        Deadline = asked.Deadline;
        Trace = asked.Trace;
        _creditMax = server.Limits.StreamCreditMax;
        _credit = Math.Min(asked.Credit ?? 0, _creditMax);
        _payload = server.Buffers.Rent();
        _payload.Append(asked.Payload);
    }

    /// <summary>The name that the caller authenticated as, or null where the server asks nobody.</summary>
    public string? Caller { get; internal init; }

    /// <summary>The method's name.</summary>
    public string Method { get; }

    /// <summary>The parameters: one JSON value, or bytes. Valid until the call is answered.</summary>
    public ReadOnlyMemory<byte> Payload => _payload.Memory;

    /// <summary>What the payload is, and what every item and the result must be.</summary>
    public RpcEncoding Encoding { get; }

    /// <summary>What TLS knows of the caller, such as its certificate; null where there is no TLS.</summary>
    public TlsPeer? Tls { get; internal init; }

    /// <summary>When it came in.</summary>
    public Instant Arrived { get; }

    /// <summary>When nobody waits for the answer any more. Calls that the method makes itself inherit it, so that deadlines shrink on their way.</summary>
    public Instant Deadline { get; }

    /// <summary>The trace it belongs to; not valid when the caller gave none.</summary>
    public RpcTraceContext Trace { get; }

    /// <summary>Why nobody waits for the answer any more; <see cref="Reason.None"/> while somebody does.</summary>
    public Reason Stopped => (Reason)Volatile.Read(ref _stopped);

    /// <summary>Names who is told of what happens. Only within <see cref="IRpcHandler.Start"/>.</summary>
    public void Listen(IRpcCallEvents events) => _events = events;

    /// <summary>Answers with a result.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Complete(ReadOnlySpan<byte> result)
    {
        var bytes = _server.Buffers.Rent();
        bytes.Append(result);
        Answer(new RpcAnswer(this, bytes, null));
    }

    /// <summary>Answers with an error.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Fail(RpcError error) => Answer(new RpcAnswer(this, _server.Buffers.Rent(), error));

    /// <summary>Answers that the method failed: the exception goes to <see cref="RpcServer.Faulted"/>, not to the caller.</summary>
    /// <exception cref="InvalidOperationException">It was answered before: a fault of this program.</exception>
    public void Fail(Exception fault)
    {
        Report(fault);
        Fail(RpcServerCalls.Failed);
    }

    /// <summary>Tells <see cref="RpcServer.Faulted"/> of an exception, without answering.</summary>
    public void Report(Exception fault) => _server.Faulted?.Invoke(Method, fault);

    /// <summary>Sends one item of the stream, if the caller's credit has room for it.</summary>
    public RpcItemStatus TryWriteItem(ReadOnlySpan<byte> item)
    {
        var cost = item.Length + ItemOverheadBytes;
        if (cost > _creditMax)
        {
            return RpcItemStatus.TooLarge;
        }

        lock (_lock)
        {
            if (_answered || Stopped != Reason.None)
            {
                return RpcItemStatus.Over;
            }

            if (!RpcMutants.Allows(cost <= _credit))
            {
                return RpcItemStatus.NoCredit;
            }

            _credit -= cost;
        }

        var bytes = _server.Buffers.Rent();
        bytes.Append(item);
        _inbox.Post(new RpcAnswer(this, bytes, null) { IsItem = true });
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
        lock (_lock)
        {
            _credit = Math.Min(_credit + bytes, _creditMax);
        }

        _events?.CreditCame();
    }

    private void Answer(in RpcAnswer answer)
    {
        lock (_lock)
        {
            if (_answered)
            {
                answer.Release();
                throw new InvalidOperationException($"A call of {Method} was answered twice.");
            }

            _answered = true;
        }

        _payload.Release();
        _server.Gate.Exit(_share);
        _inbox.Post(answer);
    }
}
