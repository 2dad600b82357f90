using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>The calls of one connection that are not over, and how each is answered. Belongs to its connection's turn.</summary>
internal sealed class RpcServerCalls
{
    private static readonly RpcError s_interrupted = new(RpcErrorCode.Interrupted, "The server ended the connection before the call was over.");

    private readonly RpcServer _server;
    private readonly RpcOutput _output;
    private readonly RpcResponse _response;
    private readonly RpcGate.Waiter _waiter;
    private readonly RpcInbox _inbox;
    private readonly RpcDues _due = new(); // those whose caller waits
    private readonly Dictionary<uint, RpcPending> _byId = []; // ... in the extended form
    private long _order;
    private long _taken; // since they were counted last, as the next two
    private long _errors;
    private long _items;
    private int _running;

    public RpcServerCalls(RpcServer server, RpcOutput output, IMailbox mailbox, ConnectionInfo connection)
    {
        _server = server;
        _output = output;
        _response = new RpcResponse(output);
        _waiter = server.Gate.Join(mailbox, AddressKey.Of(connection.Remote.Address));
        _inbox = new RpcInbox(mailbox);
        Tls = connection.Tls;
    }

    /// <summary>Calls whose caller waits for the answer.</summary>
    public int Unanswered => _due.Count;

    /// <summary>When something is due.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>The id of the call that was accepted last: of those that run, or may.</summary>
    public uint Accepted { get; private set; }

    /// <summary>The server.</summary>
    public RpcServer Server => _server;

    /// <summary>Where methods leave their answers.</summary>
    public RpcInbox Inbox => _inbox;

    /// <summary>Whose calls they are: it does not change while any is in flight.</summary>
    public RpcGate.Share Share => _waiter.Share;

    /// <summary>Who calls, if the server knows.</summary>
    public string? Caller => _response.Caller;

    /// <summary>What TLS knows of the peer.</summary>
    public TlsPeer? Tls { get; }

    /// <summary>Whether an extended call of that id waits for its answer.</summary>
    public bool IsUnderWay(uint id) => _byId.Count > 0 && _byId.ContainsKey(id);

    /// <summary>Says who calls, before any call runs.</summary>
    public void Name(string caller)
    {
        _response.Caller = caller;
        _server.Gate.Name(_waiter, caller);
    }

    /// <summary>Counts a call that runs now.</summary>
    public void Accept(uint id)
    {
        _taken++;
        Accepted = id;
    }

    /// <summary>Adds what happened since to the server's counters.</summary>
    public void Count()
    {
        _server.Count(_taken, _errors, _items);
        _taken = _errors = _items = 0;
    }

    /// <summary>Answers a call with an error before it runs. Always true: the call is taken.</summary>
    public bool Refuse(in RpcAsked asked, RpcError error)
    {
        _taken++;
        WriteError(asked.Id, asked.Extended, error);
        return true;
    }

    /// <summary>Runs a method that completes at once, and writes its answer.</summary>
    public void Run(RpcInlineHandler handler, RpcMethod method, uint id, bool extended, in RpcRequest request)
    {
        Accept(id);
        BeginResult(id, extended, request.Encoding);
        try
        {
            handler(request, _response);
        }
        catch (Exception fault)
        {
            _server.Faulted?.Invoke(method.Name, fault);
            _response.Fail(Failed);
        }

        if (_response.Error is not { } error)
        {
            EndResult(id, extended);
            return;
        }

        _response.Error = null;
        _output.Abandon();
        WriteError(id, extended, error);
    }

    /// <summary>Hands a call to its method. False when it can only be taken later.</summary>
    public bool TryBegin(in RpcAsked asked, IRpcHandler handler)
    {
        if (!TryEnter(asked, out var taken))
        {
            return taken;
        }

        var pending = new RpcPending(asked.Id, asked.Extended, asked.Deadline, _order++);
        var call = new RpcCall(this, pending, asked);
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
        if (RpcBuiltIns.ReadSleep(asked.Payload, _server.Limits, out var milliseconds) is { } error)
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
        while (Deadline <= now && _due.First is { } pending)
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

    /// <summary>Tells every caller who waits that the connection ends before the answer.</summary>
    public void Interrupt()
    {
        foreach (var pending in _due.All)
        {
            WriteError(pending.Id, pending.Extended, s_interrupted);
        }
    }

    /// <summary>Nobody waits for any answer.</summary>
    public void Close(Reason why)
    {
        foreach (var pending in _due.All)
        {
            pending.Answered = true;
            Leave(pending, why);
        }

        _due.Clear();
        _byId.Clear();
        Deadline = Instant.Never;
        _inbox.Close();
        _server.Gate.Leave(_waiter);
    }

    /// <summary>Writes a whole frame with an error.</summary>
    public void WriteError(uint id, bool extended, RpcError error)
    {
        _errors++;
        if (extended)
        {
            _output.WriteError(id, error);
        }
        else
        {
            _output.WriteBaseError(id, error);
        }
    }

    /// <summary>What a caller is told of a method that threw.</summary>
    public static RpcError Failed { get; } = new(RpcErrorCode.InternalError, "The method failed.");

    private void Write(RpcPending pending, in RpcAnswer answer)
    {
        if (answer.IsItem)
        {
            _items++;
            _output.Begin(pending.Id, RpcFrameKind.Item, answer.Call.Encoding);
            _output.Write(answer.Payload);
            _output.End();
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
        _output.Write(result);
        EndResult(id, extended);
    }

    /// <summary>Begins the frame of a result: the payload is written next, to the output.</summary>
    public void BeginResult(uint id, bool extended, RpcEncoding encoding)
    {
        if (extended)
        {
            _output.Begin(id, RpcFrameKind.Result, encoding);
        }
        else
        {
            _output.Begin(id);
            _output.Write("{\"result\":"u8);
        }
    }

    /// <summary>Ends the frame of a result. One that became too long is an error instead.</summary>
    public void EndResult(uint id, bool extended)
    {
        if (!extended)
        {
            _output.Write("}"u8);
        }

        if (_output.BodyBytes <= _server.Limits.BodyBytesMax)
        {
            _output.End();
            return;
        }

        _output.Abandon();
        WriteError(id, extended, new RpcError(RpcErrorCode.ResultTooLarge, "The result is longer than allowed."));
    }

    /// <summary>Takes a call and answers it with a result of the protocol's own.</summary>
    public void WriteJson<T>(in RpcAsked asked, T result, JsonTypeInfo<T> type)
    {
        Accept(asked.Id);
        BeginResult(asked.Id, asked.Extended, asked.Encoding);
        using (var json = new Utf8JsonWriter(_output))
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
        var (limits, starved) = (_server.Limits, _output.IsStarved);
        var place = !starved && _running < limits.InFlightPerConnectionMax ? _server.Gate.TryEnter(_waiter) : RpcPlace.None;
        if (place == RpcPlace.Taken)
        {
            _running++;
            Accept(asked.Id);
            return true;
        }

        taken = (asked.Extended || starved) && Refuse(asked, new RpcError(
            RpcErrorCode.Overloaded,
            starved ? "The server has no memory left for the call."
            : place == RpcPlace.CallerHasAll ? $"This caller has {limits.InFlightOfCallerMax} calls under way, all that it may have." : "The server has all the calls that it may have."));
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

        Deadline = _due.First?.Due ?? Instant.Never;
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
        _server.Gate.Exit(_waiter.Share);
    }
}
