using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>A fault on a thread that others depend on ends one socket.</summary>
internal static class UdpFaults
{
    /// <summary>Tells the socket's user, and closes the socket. Never throws.</summary>
    public static void Tell(IDatagramEvents? events, IDatagramSocket socket, Exception fault)
    {
        try
        {
            events?.Faulted(fault);
        }
        catch (Exception)
        {
            // Who should hear of it throws as well: there is nobody else to tell.
        }
        finally
        {
            socket.Close();
        }
    }
}
