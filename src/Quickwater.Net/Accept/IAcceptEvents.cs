using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Where an <see cref="AcceptLoop"/> reports. One call at a time; a call must not block.</summary>
public interface IAcceptEvents
{
    /// <summary>
    /// Accepting fails. Reported once for an unbroken run of failures with the same reason, however long it lasts; the server backs off and
    /// tries again.
    /// </summary>
    void AcceptFailing(Reason why, SocketError error);

    /// <summary>Accepting works again after <see cref="AcceptFailing"/>.</summary>
    void AcceptRecovered(long failures);

    /// <summary>
    /// Something threw while a connection was accepted: a fault of this program. That connection is closed, and the loop goes on.
    /// </summary>
    /// <param name="remote">The peer; null when the fault came before it was known.</param>
    /// <param name="fault">What was thrown.</param>
    void Faulted(IPEndPoint? remote, Exception fault);
}
