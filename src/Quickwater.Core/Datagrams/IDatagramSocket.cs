namespace Quickwater.Core;

/// <summary>
/// What the engine needs of a datagram socket: UDP, or the simulator's. It never blocks. What peers and the network do to it comes back as a
/// <see cref="Reason"/>, never as an exception. It has one user, its port; only <see cref="Close"/> may come from any thread.
/// </summary>
/// <remarks>A socket owns its descriptor and closes it exactly once, when no operation is in flight any more.</remarks>
public interface IDatagramSocket
{
    /// <summary>Where it is bound.</summary>
    DatagramAddress Local { get; }

    /// <summary>Names who is told of readiness. Called once, before anything else.</summary>
    void Bind(IDatagramEvents events);

    /// <summary>
    /// Receives what is there. With <see cref="DatagramStatus.Pending"/> at least one <see cref="IDatagramEvents.Readable"/> follows, when it may be asked again.
    /// </summary>
    /// <param name="buffer">64 KiB, so that no datagram is cut short. Used within the call only.</param>
    DatagramReceived Receive(Span<byte> buffer);

    /// <summary>
    /// Sends the rest of the batch. True when it is done with all: what could not be sent has a <see cref="DatagramBatch.FailureOf"/>. False when the operating
    /// system takes no more now: <see cref="IDatagramEvents.Writable"/> follows, and then the same batch is given again.
    /// </summary>
    bool Send(DatagramBatch batch);

    /// <summary>Ends it. Idempotent.</summary>
    void Close();
}

/// <summary>Where a datagram socket reports that it is ready. Called on any thread, never from inside a call to the socket.</summary>
public interface IDatagramEvents
{
    /// <summary>A receive may find something.</summary>
    void Readable();

    /// <summary>The send that waits may go on.</summary>
    void Writable();

    /// <summary>A thread of the socket met a fault of this program: it is reported, and the port ends with <see cref="Reason.LocalFault"/>.</summary>
    void Faulted(Exception fault);
}
