using System.Net;

namespace Quickwater.Core;

/// <summary>
/// An ordered byte stream: TCP, TLS, WebSocket, a long HTTP response, memory, or the simulator. It has one user, its
/// connection. At most one receive and one send are in flight at a time.
/// </summary>
/// <remarks>
/// A transport owns its socket and closes it exactly once: after <see cref="Close"/>, when no operation is in flight any more.
/// Buffers handed to an operation belong to the transport until it completes, also after <see cref="Close"/>.
/// </remarks>
public interface ITransport
{
    /// <summary>The peer.</summary>
    IPEndPoint Remote { get; }

    /// <summary>This side.</summary>
    IPEndPoint Local { get; }

    /// <summary>
    /// Bytes that were sent but that the peer has not acknowledged yet (on Linux, SIOCOUTQ), or 0 where it cannot be known.
    /// Part of a viewer's lag.
    /// </summary>
    long UnacknowledgedBytes { get; }

    /// <summary>What TLS knows of the peer; null where there is no TLS.</summary>
    TlsPeer? Tls => null;

    /// <summary>As <see cref="ISession.Warm"/>, for a send.</summary>
    long Warm() => 0;

    /// <summary>Names the receiver of completions. Called once, before anything else.</summary>
    void Bind(ITransportEvents events);

    /// <summary>
    /// Receives into the buffer. With an empty buffer it waits until a receive would find bytes or the end, and completes with 0.
    /// If the answer is <see cref="IoStatus.Pending"/>, exactly one <see cref="ITransportEvents.ReceiveCompleted"/> follows.
    /// </summary>
    IoResult Receive(Memory<byte> buffer);

    /// <summary>
    /// Sends the whole batch, which is not empty. If the answer is <see cref="IoStatus.Pending"/>, exactly one
    /// <see cref="ITransportEvents.SendCompleted"/> follows.
    /// </summary>
    IoResult Send(SendBatch batch);

    /// <summary>Ends the sending side behind what was sent (half-close). Called with no send in flight.</summary>
    void FinishSending();

    /// <summary>
    /// Bounds the bytes the operating system holds unsent (on Linux, TCP_NOTSENT_LOWAT); without effect where there is no such bound.
    /// </summary>
    void LimitUnsent(int bytes);

    /// <summary>Ends both directions at once. Operations in flight complete as failed. Idempotent.</summary>
    void Close();
}

/// <summary>Where a transport reports completions. Called on any thread, never from inside a call to the transport.</summary>
public interface ITransportEvents
{
    /// <summary>The pending receive is over.</summary>
    void ReceiveCompleted(IoResult result);

    /// <summary>The pending send is over.</summary>
    void SendCompleted(IoResult result);

    /// <summary>
    /// A thread that serves many connections met a fault of this program while it served this one: it is reported, and this connection ends with
    /// <see cref="Reason.LocalFault"/>. The thread goes on.
    /// </summary>
    void Faulted(Exception fault);
}
