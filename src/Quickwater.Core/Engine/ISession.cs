namespace Quickwater.Core;

/// <summary>
/// One connection's protocol and application state. No I/O, no clock, no threads: every input is an argument, and output is
/// pulled. The engine calls it from one turn at a time, so it needs no locks; it must not block, await or throw.
/// </summary>
/// <remarks>
/// Order within a turn: mailbox (<see cref="Handle"/>), received bytes, end of input, an expired <see cref="Deadline"/>, then
/// <see cref="Transmit"/> if no send is in flight. Anything a call changes is looked at again before the turn ends; only <see cref="Sent"/> may not
/// make something to send.
/// </remarks>
public interface ISession
{
    /// <summary>
    /// The next time the session wants a <see cref="Tick"/>, or <see cref="Instant.Never"/>. Read after every call; it may move
    /// either way.
    /// </summary>
    Instant Deadline { get; }

    /// <summary>
    /// <see cref="Reason.None"/> while alive. Once it is set it stays: the engine sends what <see cref="Transmit"/> still gives, then closes
    /// in the orderly way.
    /// </summary>
    Reason Ended { get; }

    /// <summary>
    /// Reads a little of all that the next turn will read, and changes nothing: called for several sessions before their turns, so that they wait for memory
    /// together and not one after the other. It may run beside a turn, so what it reads may be torn, and it must not throw. What it returns is only there
    /// so that the reads are not left out.
    /// </summary>
    long Warm() => 0;

    /// <summary>
    /// Takes received bytes. Must consume some, or answer <see cref="ReceiveStatus.NeedMore"/> for more behind them: with a
    /// full receive buffer and nothing consumed the connection ends with <see cref="Reason.ReceiveBufferFull"/>.
    /// Bad input sets <see cref="Ended"/>; it never throws. The span is not valid after the call.
    /// </summary>
    ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now);

    /// <summary>
    /// The peer finished sending (half-close). It may still want its answers. Called at most once, after the last byte; a session that
    /// answered <see cref="ReceiveStatus.Held"/> hears it before those that it left.
    /// </summary>
    void PeerFinished(Instant now);

    /// <summary>
    /// Pulled only when the transport can take bytes: writes at most <see cref="SendBatch.Room"/> bytes into the batch. True when it wants to be
    /// asked again once they are sent, as when more is ready than fitted; then the batch is not empty. False means that there is nothing more to
    /// send until something happens.
    /// </summary>
    bool Transmit(SendBatch batch, Instant now);

    /// <summary>Bytes of the last batch that went to the operating system: for stall detection and throughput.</summary>
    void Sent(long bytes, Instant now);

    /// <summary><see cref="Deadline"/> has come. May be called early; must not rely on exactness.</summary>
    void Tick(Instant now);

    /// <summary>A control command or an answer to something the session asked for.</summary>
    void Handle(in Command command, Instant now);

    /// <summary>
    /// The connection is over for the given reason (transport failure, kick, forced stop): sets <see cref="Ended"/> if it was not, and lets
    /// go of everything it holds. Called exactly once for every session, as the last call.
    /// </summary>
    void Close(Reason why, Instant now);
}
