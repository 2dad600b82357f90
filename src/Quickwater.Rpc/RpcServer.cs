using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Makes the sessions of an RPC server and is what they share: methods, limits, counters. It offers the methods it is given and the built-in
/// <c>echo</c>, <c>ping</c>, <c>sleep</c>, <c>stats</c> and <c>methods</c>. Thread-safe.
/// </summary>
public sealed class RpcServer : ISessionFactory
{
    private long _connections;
    private long _calls;
    private long _errors;
    private long _items;

    /// <summary>Makes a server.</summary>
    /// <param name="methods">What it offers beside the built-in methods. What is added later is not seen.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="buffers">Where long bodies and late answers are kept.</param>
    /// <param name="authenticator">Who says who may call; null lets everybody call.</param>
    /// <exception cref="ArgumentException">The limits are not valid, or a method has a built-in name.</exception>
    public RpcServer(RpcMethods methods, RpcLimits limits, PooledBytes.Pool buffers, IRpcAuthenticator? authenticator = null)
    {
        var faults = limits.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(limits));
        }

        Limits = limits;
        Buffers = buffers;
        Authenticator = authenticator;
        Attempts = new AttemptLedger(limits.Attempts);
        Gate = new RpcGate(limits.InFlightMax, limits.InFlightOfCallerMax);
        Methods = new RpcMethodTable(RpcBuiltIns.With(methods, this));
    }

    /// <inheritdoc/>
    public string Protocol => "rpc";

    /// <summary>Its limits.</summary>
    public RpcLimits Limits { get; }

    /// <summary>Told when a method threw, on the thread that it ran on, with the method's name: for a log line. It must be quick.</summary>
    public Action<string, Exception>? Faulted { get; init; }

    /// <summary>
    /// Told of every attempt to authenticate, on the engine's thread: who, the name it was given or null, and <see cref="Reason.None"/> or why not. For a log line; it
    /// must be quick.
    /// </summary>
    public Action<ConnectionInfo, string?, Reason>? Attempted { get; init; }

    /// <summary>The counters.</summary>
    public RpcServerStats Stats => new(
        Volatile.Read(ref _connections), Volatile.Read(ref _calls), Volatile.Read(ref _errors), Volatile.Read(ref _items), Gate.Count);

    internal RpcMethodTable Methods { get; }

    internal RpcGate Gate { get; }

    internal IRpcAuthenticator? Authenticator { get; }

    internal AttemptLedger Attempts { get; }

    internal PooledBytes.Pool Buffers { get; }

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        Interlocked.Increment(ref _connections);
        return new RpcServerSession(this, info, mailbox, now, Authenticator is null ? null : new RpcLogin(this, Authenticator, info, mailbox, now));
    }

    internal void Left() => Interlocked.Decrement(ref _connections);

    // Once for many calls: a counter that every connection touches costs more than the call.
    internal void Count(long calls, long errors, long items)
    {
        if (calls != 0)
        {
            Interlocked.Add(ref _calls, calls);
        }

        if ((errors | items) != 0)
        {
            Interlocked.Add(ref _errors, errors);
            Interlocked.Add(ref _items, items);
        }
    }
}
