using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>The calls of one connection that are not over, and how each is answered. Belongs to its connection's turn.</summary>
internal sealed class RpcServerCalls(RpcServer server, RpcOutput output, IMailbox mailbox)
{
    private readonly RpcGate.Waiter _waiter = new(mailbox);
    private readonly RpcInbox _inbox = new(mailbox);
    private readonly SortedSet<RpcPending> _due = new(RpcPending.ByDue); // those whose caller waits
    private readonly Dictionary<uint, RpcPending> _byId = []; // ... in the extended form
    private long _order;
    private int _running;

    /// <summary>Calls whose caller waits for the answer.</summary>
    public int Unanswered => _due.Count;

    /// <summary>When something is due.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Who calls, if the server knows.</summary>
    public string? Caller { get; set; }

    /// <summary>What TLS knows of the peer.</summary>
    public TlsPeer? Tls { get; set; }

    /// <summary>Calls that were taken, since it was read last.</summary>
    public long Taken { get; set; }

    /// <summary>Calls that were answered with an error, since it was read last.</summary>
    public long Errors { get; set; }

    /// <summary>Items that were sent, since it was read last.</summary>
    public long Items { get; set; }

    /// <summary>Answers a call with an error before it runs. Always true: the call is taken.</summary>
    public bool Refuse(in RpcAsked asked, RpcError error)
    {
        Taken++;
        WriteError(asked.Id, asked.Extended, error);
        return true;
    }

    /// <summary>Hands a call to its method. False when it can only be taken later.</summary>
    public bool TryBegin(in RpcAsked asked, IRpcHandler handler)
    {
        if (!TryEnter(asked, out var taken))
        {
            return taken;
        }

        var pending = new RpcPending(asked.Id, asked.Extended, asked.Deadline, _order++);
        var call = new RpcCall(server, _inbox, pending, Caller, asked) { Tls = Tls };
        pending.Call = call;
        Add(pending);
        try
        {
            handler.Start(call);
        }
        catch (Exception fault)
        {
            call.Fail(fault);
        }

        return true;
    }

    /// <summary>Answers after a time. False when it can only be taken later.</summary>
    public bool TrySleep(in RpcAsked asked, Instant now)
    {
        if (RpcBuiltIns.ReadSleep(asked.Payload, server.Limits, out var milliseconds) is { } error)
        {
            return Refuse(asked, error);
        }

        if (!TryEnter(asked, out var taken))
        {
            return taken;
        }

        var awake = now + TimeSpan.FromMilliseconds(milliseconds);
        Add(new RpcPending(asked.Id, asked.Extended, Instant.Earlier(awake, asked.Deadline), _order++)
        {
            Slept = awake <= asked.Deadline ? milliseconds : null,
        });
        return true;
    }

    /// <summary>Writes the answers that methods gave elsewhere. True when there were some.</summary>
    public bool TakeAnswers()
    {
        var answers = _inbox.Take();
        foreach (var answer in answers)
        {
            var pending = answer.Call.Pending;
            _running -= answer.IsItem ? 0 : 1;
            if (!pending.Answered)
            {
                Write(pending, answer);
            }

            answer.Release();
        }

        return answers.Count > 0;
    }

    /// <summary>Answers what is due. True when something was.</summary>
    public bool Tick(Instant now)
    {
        var due = Deadline <= now;
        Span<byte> json = stackalloc byte[64];
        while (Deadline <= now && _due.Min is { } pending)
        {
            Settle(pending);
            if (pending.Slept is { } milliseconds)
            {
                Encoding.UTF8.TryGetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"slept\":{milliseconds}}}"), json, out var length);
                WriteResult(pending.Id, pending.Extended, RpcEncoding.Json, json[..length]);
            }
            else
            {
                WriteError(pending.Id, pending.Extended, new RpcError(RpcErrorCode.DeadlineExceeded, "The time for the call ran out."));
            }

            Leave(pending, Reason.DeadlineExceeded);
        }

        return due;
    }

    /// <summary>The caller does not want the answer. Answers that came before the word of it did are not taken back.</summary>
    public void Cancel(uint id)
    {
        if (_byId.TryGetValue(id, out var pending))
        {
            Settle(pending);
            WriteError(id, extended: true, new RpcError(RpcErrorCode.Cancelled, "The caller cancelled it."));
            Leave(pending, Reason.Cancelled);
        }
    }

    /// <summary>The caller takes more of a stream.</summary>
    public void AddCredit(uint id, uint bytes)
    {
        if (_byId.TryGetValue(id, out var pending))
        {
            pending.Call?.AddCredit(bytes);
        }
    }

    /// <summary>Nobody waits for any answer.</summary>
    public void Close(Reason why)
    {
        foreach (var pending in _due)
        {
            pending.Answered = true;
            Leave(pending, why);
        }

        _due.Clear();
        _byId.Clear();
        Deadline = Instant.Never;
        _inbox.Close();
        server.Gate.Leave(_waiter);
    }

    /// <summary>Writes a whole frame with an error.</summary>
    public void WriteError(uint id, bool extended, RpcError error)
    {
        Errors++;
        if (extended)
        {
            output.WriteError(id, error);
        }
        else
        {
            output.WriteBaseError(id, error);
        }
    }

    /// <summary>What a caller is told of a method that threw.</summary>
    public static RpcError Failed { get; } = new(RpcErrorCode.InternalError, "The method failed.");

    private void Write(RpcPending pending, in RpcAnswer answer)
    {
        if (answer.IsItem)
        {
            Items++;
            output.Begin(pending.Id, RpcFrameKind.Item, answer.Call.Encoding);
            output.Write(answer.Payload);
            output.End();
            return;
        }

        Settle(pending);
        if (answer.Error is { } error)
        {
            WriteError(pending.Id, pending.Extended, error);
        }
        else
        {
            WriteResult(pending.Id, pending.Extended, answer.Call.Encoding, answer.Payload);
        }
    }

    private void WriteResult(uint id, bool extended, RpcEncoding encoding, ReadOnlySpan<byte> result)
    {
        BeginResult(id, extended, encoding);
        output.Write(result);
        EndResult(id, extended);
    }

    /// <summary>Begins the frame of a result: the payload is written next, to the output.</summary>
    public void BeginResult(uint id, bool extended, RpcEncoding encoding)
    {
        if (extended)
        {
            output.Begin(id, RpcFrameKind.Result, encoding);
        }
        else
        {
            output.Begin(id);
            output.Write("{\"result\":"u8);
        }
    }

    /// <summary>Ends the frame of a result. One that became too long is an error instead.</summary>
    public void EndResult(uint id, bool extended)
    {
        if (!extended)
        {
            output.Write("}"u8);
        }

        if (output.BodyBytes <= server.Limits.BodyBytesMax)
        {
            output.End();
            return;
        }

        output.Abandon();
        WriteError(id, extended, new RpcError(RpcErrorCode.ResultTooLarge, "The result is longer than allowed."));
    }

    /// <summary>Takes a call and answers it with a result of the protocol's own.</summary>
    public void WriteJson<T>(in RpcAsked asked, T result, JsonTypeInfo<T> type)
    {
        Taken++;
        BeginResult(asked.Id, asked.Extended, asked.Encoding);
        using (var json = new Utf8JsonWriter(output))
        {
            JsonSerializer.Serialize(json, result, type);
        }

        EndResult(asked.Id, asked.Extended);
    }

    // A base call that has no place is left where it is, unread. An extended one is refused: its caller was told the limits, and behind it
    // may be the credit or the cancellation that makes room.
    private bool TryEnter(in RpcAsked asked, out bool taken)
    {
        taken = true;
        if (asked.Extended && _byId.ContainsKey(asked.Id))
        {
            Refuse(asked, new RpcError(RpcErrorCode.InvalidRequest, "A call of this id is under way."));
            return false;
        }

        if (_running < server.Limits.InFlightPerConnectionMax && server.Gate.TryEnter(_waiter))
        {
            _running++;
            Taken++;
            return true;
        }

        taken = asked.Extended && Refuse(asked, new RpcError(RpcErrorCode.Overloaded, "The server has all the calls that it may have."));
        return false;
    }

    private void Add(RpcPending pending)
    {
        _due.Add(pending);
        if (pending.Extended)
        {
            _byId[pending.Id] = pending;
        }

        Deadline = Instant.Earlier(Deadline, pending.Due);
    }

    private void Settle(RpcPending pending)
    {
        pending.Answered = true;
        _due.Remove(pending);
        if (pending.Extended)
        {
            _byId.Remove(pending.Id);
        }

        Deadline = _due.Min?.Due ?? Instant.Never;
    }

    // A sleep's place is free at once; a method's is when it answers.
    private void Leave(RpcPending pending, Reason why)
    {
        if (pending.Call is { } call)
        {
            call.Stop(why);
            return;
        }

        _running--;
        server.Gate.Exit();
    }
}
