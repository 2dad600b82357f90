using System.Net;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>The settings of the section <c>rpc</c>.</summary>
internal static class RpcSettings
{
    private const long Kibi = 1024;
    private const long Mebi = 1024 * Kibi;

    // The library's defaults are the server's too.
    private static readonly RpcLimits Limits = new();

    public static readonly Setting<bool> Enabled = new("rpc.enabled", new BooleanType(), true, "Serve RPC.");

    public static readonly Setting<IPEndPoint> Listen = new(
        "rpc.listen", new ListenType(), new(IPAddress.Loopback, 7001), "Where RPC listens. Without rpc.tokens whoever reaches it may call: keep it on loopback or a network that you trust then.");

    public static readonly Setting<int> ConnectionsMax = new(
        "rpc.connectionsMax", new IntegerType(1, 1_000_000), 10_000, "RPC connections at once, on each address that RPC listens on.") { Limit = Reason.TooManyConnections };

    public static readonly Setting<int> ConnectionsPerAddressMax = new(
        "rpc.connectionsPerAddressMax", new IntegerType(1, 1_000_000), 5_000,
        "RPC connections at once from one address, on each address that RPC listens on.") { Limit = Reason.TooManyConnectionsFromAddress };

    public static readonly Setting<long> BodyBytesMax = new(
        "rpc.bodyBytesMax", new SizeType(Kibi, 256 * Mebi), Limits.BodyBytesMax,
        "Longest body of a request and of a result.") { Limit = Reason.MessageTooLarge };

    public static readonly Setting<int> InFlightPerConnectionMax = new(
        "rpc.inFlightPerConnectionMax", new IntegerType(1, 1_000_000), Limits.InFlightPerConnectionMax,
        "Calls of one connection that methods work on at once. At the limit nothing more is read from it.");

    public static readonly Setting<int> InFlightPerCallerMax = new(
        "rpc.inFlightPerCallerMax", new IntegerType(0, 10_000_000), Limits.InFlightPerCallerMax,
        "Calls of one caller that methods work on at once, on all its connections: of a name of rpc.tokens, or else of an address (or IPv6 /64 network). At the limit nothing "
        + "more is read from those of its connections that want to add one. 0 is a quarter of rpc.inFlightMax, so that one caller leaves places for others; where all calls "
        + "come from one address, such as a gateway's, give it as many as rpc.inFlightMax.");

    public static readonly Setting<int> InFlightMax = new(
        "rpc.inFlightMax", new IntegerType(1, 10_000_000), Limits.InFlightMax,
        "Calls of all connections that methods work on at once. At the limit nothing more is read from those that want to add one.");

    public static readonly Setting<TimeSpan> RequestTimeout = new(
        "rpc.requestTimeout", new DurationType(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)), Limits.RequestTimeout,
        "Longest time for one call; then it is answered with an error.") { Limit = Reason.DeadlineExceeded };

    public static readonly Setting<TimeSpan> IdleTimeout = new(
        "rpc.idleTimeout", new DurationType(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24)), Limits.IdleTimeout,
        "Time a connection may go without a whole request while none is under way.") { Limit = Reason.IdleTimeout };

    public static readonly Setting<TimeSpan> SleepMax = new(
        "rpc.sleepMax", new DurationType(TimeSpan.Zero, TimeSpan.FromHours(1)), Limits.SleepMax, "Longest time that the method sleep takes.");

    public static readonly Setting<long> OutputBytesMax = new(
        "rpc.outputBytesMax", new SizeType(4 * Kibi, 64 * Mebi), Limits.OutputBytesMax,
        "Bytes of answers that may wait for a peer to read them. Above it nothing more is read from that peer.");

    public static readonly Setting<long> StreamCreditMax = new(
        "rpc.streamCreditMax", new SizeType(Kibi, 64 * Mebi), Limits.StreamCreditMax,
        "Most bytes of one stream that may be on their way at once, whatever its caller allows.");

    public static readonly Setting<TextList> Tokens = new(
        "rpc.tokens", new TextListType("items " + RpcTokens.Form, RpcTokens.IsEntry), TextList.Empty,
        "Who may call, each with a token. When any is given here, a caller has to give one of them before its calls run; otherwise everybody may call. A name may have "
        + "several tokens. Tokens must be random, such as those of `openssl rand -hex 16`; `printf %s TOKEN | sha256sum` gives the hash that may stand here instead.")
    { Secret = true };

    public static readonly Setting<TimeSpan> AuthenticationTimeout = new(
        "rpc.authentication.timeout", new DurationType(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), Limits.AuthenticationTimeout,
        "Time a caller has to authenticate, where it must.") { Limit = Reason.AuthenticationTimeout };

    public static readonly Setting<int> AttemptsPerConnectionMax = new(
        "rpc.authentication.attemptsMax", new IntegerType(1, 1000), Limits.AttemptsPerConnectionMax,
        "Failed attempts to authenticate on one connection; the last of them ends it.") { Limit = Reason.TooManyAttempts };

    public static readonly Setting<int> FailuresPerMinuteMax = new(
        "rpc.authentication.failuresPerMinuteMax", new IntegerType(1, 1_000_000), Limits.Attempts.FailuresPerMinuteMax,
        "Failed attempts to authenticate from one address (or IPv6 /64 network) within a minute. With the last of them the address is refused for "
        + "rpc.authentication.refusedFor; connections that have authenticated go on.") { Limit = Reason.TooManyAttempts };

    public static readonly Setting<TimeSpan> RefusedFor = new(
        "rpc.authentication.refusedFor", new DurationType(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)), Limits.Attempts.RefusedFor,
        "Time that an address is refused that failed too often to authenticate, with a right token too.") { Limit = Reason.TooManyAttempts };

    public static readonly TlsSettings Tls = new("rpc.tls", "RPC", new(IPAddress.Loopback, 7002));

    /// <summary>All of them, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Enabled, Listen, ConnectionsMax, ConnectionsPerAddressMax, BodyBytesMax, InFlightPerConnectionMax, InFlightPerCallerMax, InFlightMax, RequestTimeout,
        IdleTimeout, SleepMax, OutputBytesMax, StreamCreditMax, Tokens, AuthenticationTimeout, AttemptsPerConnectionMax, FailuresPerMinuteMax,
        RefusedFor, .. Tls.All,
    ];

    /// <summary>The section's record.</summary>
    public static RpcConfiguration Bind(EffectiveConfiguration values) => new(
        values.Get(Enabled),
        values.Get(Listen),
        values.Get(ConnectionsMax),
        values.Get(ConnectionsPerAddressMax),
        new RpcLimits
        {
            BodyBytesMax = (int)values.Get(BodyBytesMax),
            InFlightPerConnectionMax = values.Get(InFlightPerConnectionMax),
            InFlightPerCallerMax = values.Get(InFlightPerCallerMax),
            InFlightMax = values.Get(InFlightMax),
            RequestTimeout = values.Get(RequestTimeout),
            IdleTimeout = values.Get(IdleTimeout),
            SleepMax = values.Get(SleepMax),
            OutputBytesMax = (int)values.Get(OutputBytesMax),
            StreamCreditMax = (int)values.Get(StreamCreditMax),
            AuthenticationTimeout = values.Get(AuthenticationTimeout),
            AttemptsPerConnectionMax = values.Get(AttemptsPerConnectionMax),
            Attempts = new AttemptLimits { FailuresPerMinuteMax = values.Get(FailuresPerMinuteMax), RefusedFor = values.Get(RefusedFor) },
        },
        values.Get(Tokens),
        Tls.Bind(values));
}
