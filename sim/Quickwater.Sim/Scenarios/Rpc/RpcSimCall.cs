using System.Text;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>One call of a caller, and what must be true of its end.</summary>
internal sealed class RpcSimCall(World world, RpcSimMethods methods, string method, string parameters)
    : RpcOutgoing(method, Encoding.UTF8.GetBytes(method == "sleep" ? $"{{\"ms\":{parameters}}}" : parameters), RpcEncoding.Json)
{
    private int _items;

    /// <summary>The session it was given to.</summary>
    public RpcClientSession? Session { get; set; }

    /// <summary>Whether its caller may call: it has the right token, or is not asked for one.</summary>
    public bool MayCall { get; init; }

    /// <summary>Told when it failed.</summary>
    public Action<RpcSimCall, RpcError>? WhenFailed { get; init; }

    /// <summary>Whether its caller cancelled it.</summary>
    public bool WasCancelled { get; set; }

    /// <summary>Whether it has a result.</summary>
    public bool HasResult { get; private set; }

    /// <summary>Why it has none.</summary>
    public RpcError? Error { get; private set; }

    /// <summary>Whether it is over: exactly once.</summary>
    public bool IsEnded => HasResult || Error is not null;

    /// <summary>What it was called with.</summary>
    public string Parameters => parameters;

    private string Name => $"call {Method}({parameters})";

    /// <summary>A call that certainly has not run has not run.</summary>
    public void Check()
    {
        world.Require(IsEnded, $"{Name} has an answer, or its connection's end");
        world.Require(Error is not { MayHaveRun: false } || !methods.HasBegun(parameters), $"{Name} was called not run, and it ran: {Error}");
        if (Error is { Code: RpcErrorCode.Draining } && Session?.Mode == RpcClientMode.Extended)
        {
            world.Marks.Hit("drained-and-certain");
        }
    }

    protected internal override void Item(ReadOnlySpan<byte> item, int cost)
    {
        world.Require(!IsEnded, $"{Name} gets no items after its end");
        world.Require(
            item.SequenceEqual(Encoding.UTF8.GetBytes(RpcSimMethods.Item(parameters, _items))), $"{Name} gets item {_items} next, and whole");
        _items++;
        world.Time.After(world.Rng.UpTo(TimeSpan.FromMilliseconds(100)), () => Session?.AddCredit(this, cost));
    }

    protected internal override void Completed(ReadOnlySpan<byte> result)
    {
        world.Require(!IsEnded, $"{Name} is answered once");
        world.Require(MayCall, $"{Name} does not run for a caller that has not authenticated");
        var expected = Method == "sleep" ? $"{{\"slept\":{parameters}}}" : parameters;
        world.Require(Encoding.UTF8.GetString(result) == expected, $"{Name} gets its own answer, not {Encoding.UTF8.GetString(result)}");
        if (Method == "count")
        {
            world.Require(_items == RpcSimMethods.Length(parameters), $"{Name} gets every item: {_items}");
            world.Marks.Hit("stream-completed");
        }

        HasResult = true;
    }

    protected internal override void Failed(RpcError error)
    {
        world.Require(!IsEnded, $"{Name} is answered once");
        Error = error;
        WhenFailed?.Invoke(this, error);
        switch (error.Code)
        {
            case RpcErrorCode.Overloaded:
                world.Marks.Hit("call-refused-overloaded");
                break;
            case RpcErrorCode.DeadlineExceeded:
                world.Marks.Hit("deadline-passed");
                break;
            case RpcErrorCode.Unauthenticated:
                world.Require(!MayCall, $"{Name} is refused though its caller has the right token");
                world.Marks.Hit("login-refused");
                break;
            case RpcErrorCode.TooManyAttempts:
                break; // an earlier attempt from that address failed
            case RpcErrorCode.Cancelled:
                world.Require(WasCancelled, $"{Name} is cancelled by its caller alone");
                break;
            case RpcErrorCode.Interrupted:
                world.Require(Method == "sleep" || methods.HasBegun(parameters), $"{Name} is cut off, and was never begun");
                world.Marks.Hit("call-interrupted");
                break;
            case RpcErrorCode.ConnectionLost or RpcErrorCode.Draining or RpcSimMethods.OwnError:
                break;
            case RpcErrorCode.Unsupported when Method == "count":
                break; // a base connection has no streams
            default:
                world.Fail($"{Name} failed for no reason of this world: {error}");
                break;
        }
    }
}
