using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>The calls of a client's connection: those that wait to be sent, those that wait for an answer, and their deadlines. Belongs to the turn.</summary>
/// <param name="outbox">Counts the calls that are not over.</param>
/// <param name="lastId">The id before the first.</param>
internal sealed class RpcClientCalls(RpcClientOutbox outbox, uint lastId = 0)
{
    private readonly Queue<RpcOutgoing> _unsent = new();
    private readonly Dictionary<uint, RpcOutgoing> _sent = [];
    private readonly SortedSet<RpcOutgoing> _due = new(Comparer<RpcOutgoing>.Create(
        static (x, y) => (x.Deadline.Ticks, x.Order).CompareTo((y.Deadline.Ticks, y.Order))));
    private uint _lastId = lastId;
    private long _order;

    /// <summary>When the first call's time is up.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Calls that wait for an answer.</summary>
    public int Sent => _sent.Count;

    /// <summary>Whether any call is under way.</summary>
    public bool IsEmpty => _sent.Count == 0 && _unsent.Count == 0;

    /// <summary>Takes a new call.</summary>
    public void Add(RpcOutgoing call)
    {
        call.Order = _order++;
        _unsent.Enqueue(call);
        if (call.Deadline != Instant.Never)
        {
            _due.Add(call);
            Deadline = Instant.Earlier(Deadline, call.Deadline);
        }
    }

    /// <summary>The next call to send, which has its id then.</summary>
    public bool TryNext([NotNullWhen(true)] out RpcOutgoing? call)
    {
        while (_unsent.TryDequeue(out call))
        {
            if (call.IsOver)
            {
                continue;
            }

            do
            {
                _lastId++;
            }
            while (_lastId is RpcClientGreeting.HelloId or RpcClientGreeting.AuthenticateId || _sent.ContainsKey(_lastId));
            call.Id = _lastId;
            call.IsSent = true;
            _sent.Add(call.Id, call);
            return true;
        }

        return false;
    }

    /// <summary>The call of an answer; false when nobody waits for it any more.</summary>
    public bool TryFind(uint id, [NotNullWhen(true)] out RpcOutgoing? call) => _sent.TryGetValue(id, out call);

    /// <summary>The call has its result.</summary>
    public void Complete(RpcOutgoing call, ReadOnlySpan<byte> result)
    {
        Remove(call);
        call.Completed(result);
    }

    /// <summary>The call has none. A call that is over already stays as it is.</summary>
    public void Fail(RpcOutgoing call, RpcError error)
    {
        if (!call.IsOver)
        {
            Remove(call);
            call.Failed(error);
        }
    }

    /// <summary>Fails the calls whose time is up.</summary>
    public void Tick(Instant now)
    {
        while (Deadline <= now && _due.Min is { } call)
        {
            Fail(call, new RpcError(RpcErrorCode.DeadlineExceeded, "The time for the call ran out.") { MayHaveRun = call.IsSent });
        }
    }

    /// <summary>Fails the calls that were not sent: certainly they have not run.</summary>
    public void FailUnsent(RpcErrorCode code, string message)
    {
        while (_unsent.TryDequeue(out var call))
        {
            Fail(call, new RpcError(code, message) { MayHaveRun = false });
        }
    }

    /// <summary>Fails the calls that wait for an answer.</summary>
    public void FailSent(RpcErrorCode code, string message)
    {
        foreach (var call in InOrder())
        {
            Fail(call, new RpcError(code, message) { MayHaveRun = true });
        }
    }

    /// <summary>Fails the calls that were sent behind the last that the server accepted, and those that were not sent: certainly they have not run.</summary>
    public void FailBehind(uint accepted, RpcErrorCode code, string message)
    {
        foreach (var call in InOrder().Where(call => (int)(call.Id - accepted) > 0)) // ids count up, and go round
        {
            Fail(call, new RpcError(code, message) { MayHaveRun = false });
        }

        FailUnsent(code, message);
    }

    private RpcOutgoing[] InOrder() => [.. _sent.Values.OrderBy(static call => call.Order)];

    private void Remove(RpcOutgoing call)
    {
        call.IsOver = true;
        _sent.Remove(call.Id);
        _due.Remove(call);
        Deadline = _due.Min?.Deadline ?? Instant.Never;
        outbox.Over();
    }
}
