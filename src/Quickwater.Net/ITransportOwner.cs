using System.Net;

namespace Quickwater.Net;

/// <summary>Who keeps the books of transports: told when one has closed its socket. Thread-safe.</summary>
internal interface ITransportOwner
{
    /// <summary>A socket towards this address is closed. Once a transport.</summary>
    void SocketClosed(IPAddress remote);
}
