using System.Net.Sockets;

namespace Quickwater.Server;

/// <summary>What the socket below a request tells that Kestrel does not, or tells too late.</summary>
internal static class LentSocket
{
    /// <summary>
    /// Whether the peer is gone. Kestrel completes a send that waited for such a peer as if it were sent, and only later says that the
    /// request was aborted.
    /// </summary>
    public static bool IsOver(Socket? socket)
    {
        try
        {
            return socket is not null && socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return true; // Kestrel has closed it
        }
    }
}
