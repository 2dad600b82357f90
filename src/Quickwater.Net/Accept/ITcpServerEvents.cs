using System.Net;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Where a <see cref="TcpServer"/> reports. Called from its accept loop, one call at a time; a call must not block.</summary>
public interface ITcpServerEvents : IAcceptEvents
{
    /// <summary>A connection. The receiver owns it from here on; it is not bound yet.</summary>
    void Accepted(ITransport transport);

    /// <summary>A connection was refused and reset.</summary>
    void Refused(IPEndPoint remote, Reason why);

    /// <summary>
    /// A connection that was refused, but may be told why: there is a place in <see cref="TcpServerOptions.ToldMax"/>. The receiver owns it, and ends
    /// it soon.
    /// </summary>
    void AcceptedToTell(ITransport transport, Reason why) => transport.Close();
}
