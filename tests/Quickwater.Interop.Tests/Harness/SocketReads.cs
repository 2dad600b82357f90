using System.Net.Sockets;

namespace Quickwater.Interop.Tests;

/// <summary>Reads that wait on the caller's own thread: what a busy pool of threads does must not show in what is measured.</summary>
internal static class SocketReads
{
    /// <summary>Fills all of a buffer; the other side must not end before.</summary>
    public static void ReceiveWhole(this Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            var got = socket.Receive(into);
            Assert.True(got > 0, "the server does not end a healthy client");
            into = into[got..];
        }
    }
}
