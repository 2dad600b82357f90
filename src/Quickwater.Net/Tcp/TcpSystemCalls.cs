using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quickwater.Net;

/// <summary>What the runtime's sockets do not offer: facts and options that only one operating system has.</summary>
internal static partial class TcpSystemCalls
{
    private const int IpProtoTcp = 6;
    private const int NotSentLowWaterLinux = 25; // TCP_NOTSENT_LOWAT in linux/tcp.h
    private const int NotSentLowWaterMac = 0x201; // TCP_NOTSENT_LOWAT in netinet/tcp.h
    private const uint OutQueueLength = 0x5411; // SIOCOUTQ (TIOCOUTQ) in asm-generic/ioctls.h

    /// <summary>Bytes sent and not acknowledged, or 0 where it cannot be known or the socket is gone.</summary>
    public static long UnacknowledgedBytes(SafeSocketHandle socket)
    {
        if (!OperatingSystem.IsLinux() || socket.IsClosed)
        {
            return 0;
        }

        try
        {
            return IoControl(socket, OutQueueLength, out var bytes) == 0 ? bytes : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0; // closed by another thread since it was looked at
        }
    }

    /// <summary>Bounds the unsent bytes that the kernel takes; false where there is no such bound.</summary>
    public static bool TryLimitUnsent(Socket socket, int bytes)
    {
        var option = OperatingSystem.IsLinux() ? NotSentLowWaterLinux
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() ? NotSentLowWaterMac
            : 0;
        if (option == 0)
        {
            return false;
        }

        try
        {
            socket.SetRawSocketOption(IpProtoTcp, option, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false; // the connection is over; its operations say why
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(SafeSocketHandle socket, nuint request, out int value);
}
