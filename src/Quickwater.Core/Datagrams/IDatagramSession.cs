namespace Quickwater.Core;

/// <summary>
/// The protocol and application state of all peers of one <see cref="DatagramPort"/>. As <see cref="ISession"/>: no I/O, no clock, no threads; every input is an
/// argument, and output is pulled. The port calls it from one turn at a time, so it needs no locks, also not between peers; it must not block, await or throw.
/// There is no stream, so there is no half-close, and nothing holds a peer back but what the session drops.
/// </summary>
/// <remarks>
/// Order within a turn: mailbox (<see cref="Handle"/>), datagrams that another shard passed on, an expired <see cref="Deadline"/>,
/// <see cref="Transmit"/> if no send is in flight, received datagrams; again until nothing moves.
/// </remarks>
public interface IDatagramSession
{
    /// <summary>The next time the session wants a <see cref="Tick"/>, or <see cref="Instant.Never"/>. Read after every pass of a turn.</summary>
    Instant Deadline { get; }

    /// <summary>
    /// <see cref="Reason.None"/> while alive. Once it is set it stays: the port sends what <see cref="Transmit"/> still gives, then closes.
    /// </summary>
    Reason Ended { get; }

    /// <summary>Takes one datagram, which may be empty and may be forged. The span is not valid after the call.</summary>
    void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now);

    /// <summary>
    /// Pulled only when no send is in flight: writes datagrams into the batch, which is empty. True when it wants to be asked again once they are sent; then the
    /// batch is not empty. False means that there is nothing more to send until something happens.
    /// </summary>
    bool Transmit(DatagramBatch batch, Instant now);

    /// <summary>
    /// Something is wrong with a peer: a datagram to it could not be sent (<see cref="Reason.MessageTooLarge"/>, <see cref="Reason.NetworkUnreachable"/>), or nobody
    /// listens there (<see cref="Reason.ConnectionRefused"/>). A hint, since it can be forged.
    /// </summary>
    void Failed(in DatagramAddress peer, Reason why, Instant now);

    /// <summary><see cref="Deadline"/> has come. May be called early; must not rely on exactness.</summary>
    void Tick(Instant now);

    /// <summary>A control command, or an answer to something the session asked for.</summary>
    /// <param name="peer">Whom it concerns; null for the port and all its peers, as in a drain.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="now">The present instant.</param>
    void Handle(DatagramPeer? peer, in Command command, Instant now);

    /// <summary>
    /// The session threw while it dealt with this peer, which was reported: it ends that peer with <see cref="Reason.LocalFault"/> and forgets it. The others go on.
    /// When this throws as well the port ends.
    /// </summary>
    void Faulted(in DatagramAddress peer, Instant now);

    /// <summary>
    /// The port is over: sets <see cref="Ended"/> if it was not, and lets go of everything it holds. Called exactly once, as the last call. Peers that are still open
    /// are closed behind it.
    /// </summary>
    void Close(Reason why, Instant now);
}
