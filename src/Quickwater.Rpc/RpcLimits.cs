using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>Limits of an <see cref="RpcServer"/>. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record RpcLimits
{
    /// <summary>
    /// Longest body, of a request and of a result. 1 KiB to 256 MiB. A longer request is answered with <see cref="RpcErrorCode.RequestTooLarge"/>, and the connection ends with
    /// <see cref="Reason.MessageTooLarge"/> once what was read before is answered.
    /// </summary>
    public int BodyBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Longest body while a caller that has to authenticate has not; a longer request is refused as one beyond <see cref="BodyBytesMax"/> is. 1 KiB to 256 MiB;
    /// <see cref="BodyBytesMax"/> where that is less.
    /// </summary>
    public int UnauthenticatedBodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>Calls of one connection that methods may work on at once. At the limit nothing more is read from it. 1 to 1,000,000.</summary>
    public int InFlightPerConnectionMax { get; init; } = 4 * 1024;

    /// <summary>
    /// Calls of one caller that methods may work on at once, on all its connections: whom it authenticated as, or else its address (IPv4 address or IPv6 /64 network). At the
    /// limit nothing more is read from those of its connections that want to add one. 0, the default, is a quarter of <see cref="InFlightMax"/>, so that others find places
    /// whatever one caller does. 0 to 10,000,000.
    /// </summary>
    public int InFlightPerCallerMax { get; init; }

    /// <summary>Calls of all connections that methods may work on at once. 1 to 10,000,000.</summary>
    public int InFlightMax { get; init; } = 64 * 1024;

    /// <summary>Longest time for one call; then it is answered with <see cref="RpcErrorCode.DeadlineExceeded"/>.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a connection may go without a whole frame while no call of it is under way, before it ends with <see cref="Reason.IdleTimeout"/>. Part of a
    /// frame does not count, so a peer that sends a byte now and then gains nothing.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest <c>sleep</c>; a longer one is cut to it.</summary>
    public TimeSpan SleepMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of answers that may wait for a peer to read them. Above it nothing more is read from that peer. 4 KiB to 64 MiB.</summary>
    public int OutputBytesMax { get; init; } = 256 * 1024;

    /// <summary>Most credit that a stream may have: bytes of its frames on their way. 1 KiB to 64 MiB.</summary>
    public int StreamCreditMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// How long a connection may take to authenticate, where that is asked for; then it ends with <see cref="Reason.AuthenticationTimeout"/>. The default is that of a
    /// handshake.
    /// </summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an <see cref="IRpcAuthenticator"/> may take to answer; then the attempt is answered with <see cref="RpcErrorCode.DeadlineExceeded"/> and has
    /// <see cref="Reason.AccessTimeout"/>. The default is that of RTMP's access policy.
    /// </summary>
    public TimeSpan AccessTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failed attempts to authenticate on one connection; with the last of them it ends with <see cref="Reason.TooManyAttempts"/>. 1 to 1000.</summary>
    public int AttemptsPerConnectionMax { get; init; } = 3;

    /// <summary>Failed attempts to authenticate of one address.</summary>
    public AttemptLimits Attempts { get; init; } = new();

    /// <summary>Calls of one caller, in numbers.</summary>
    internal int InFlightOfCallerMax => InFlightPerCallerMax > 0 ? InFlightPerCallerMax : Math.Max(1, InFlightMax / 4);

    /// <summary>Longest body of a caller that is known, or has yet to authenticate.</summary>
    internal int BodyBytesOf(bool isKnown) => isKnown ? BodyBytesMax : Math.Min(UnauthenticatedBodyBytesMax, BodyBytesMax);

    /// <summary>What is wrong with these limits: one sentence a fault; empty when they can be used.</summary>
    public IEnumerable<string> Validate() =>
        (from check in new (string Name, long Value, long Least, long Most)[]
        {
            ("bodyBytesMax", BodyBytesMax, 1024, 256 * 1024 * 1024),
            ("unauthenticatedBodyBytesMax", UnauthenticatedBodyBytesMax, 1024, 256 * 1024 * 1024),
            ("inFlightPerConnectionMax", InFlightPerConnectionMax, 1, 1_000_000),
            ("inFlightPerCallerMax", InFlightPerCallerMax, 0, 10_000_000),
            ("inFlightMax", InFlightMax, 1, 10_000_000),
            ("requestTimeout", RequestTimeout.Ticks, 1, TimeSpan.TicksPerDay),
            ("idleTimeout", IdleTimeout.Ticks, 1, TimeSpan.TicksPerDay),
            ("sleepMax", SleepMax.Ticks, 0, TimeSpan.TicksPerDay),
            ("outputBytesMax", OutputBytesMax, 4096, 64 * 1024 * 1024),
            ("streamCreditMax", StreamCreditMax, 1024, 64 * 1024 * 1024),
            ("authenticationTimeout", AuthenticationTimeout.Ticks, 1, TimeSpan.TicksPerDay),
            ("accessTimeout", AccessTimeout.Ticks, 1, TimeSpan.TicksPerDay),
            ("attemptsPerConnectionMax", AttemptsPerConnectionMax, 1, 1000),
        }
        where check.Value < check.Least || check.Value > check.Most
        select $"{check.Name} is {check.Value}; allowed is {check.Least} to {check.Most}").Concat(Attempts.Validate());
}
