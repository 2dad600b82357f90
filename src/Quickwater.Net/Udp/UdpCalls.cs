using System.Runtime.InteropServices;

namespace Quickwater.Net;

/// <summary>The system calls of the Linux back end for UDP. Numbers are those of Linux on x64 and arm64 (asm-generic).</summary>
internal static unsafe partial class UdpCalls
{
    internal const int SocketLevel = 1; // SOL_SOCKET
    internal const int AttachSteering = 51; // SO_ATTACH_REUSEPORT_CBPF
    internal const int UdpLevel = 17; // SOL_UDP
    internal const int Segment = 103; // UDP_SEGMENT
    internal const int Coalesce = 104; // UDP_GRO

    internal const int MessageTooLong = 90; // EMSGSIZE
    internal const int Invalid = 22; // EINVAL
    internal const int NotSupported = 95; // EOPNOTSUPP
    internal const int InputOutput = 5; // EIO

    internal const short PollIn = 1;
    internal const short PollOut = 4;

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint ReceiveMessage(int fd, EpollCalls.MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint SendTo(int fd, byte* bytes, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Poll(PollEntry* entries, nuint count, Time* timeout, void* signals);

    [LibraryImport("libc", EntryPoint = "nanosleep", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Sleep(Time* time, Time* left);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Read(int fd, byte* bytes, nuint length);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        internal int Descriptor;
        internal short Wanted;
        internal short Seen;
    }

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Time
    {
        internal nint Seconds;
        internal nint Nanoseconds;

        internal static Time Of(TimeSpan time) => new()
        {
            Seconds = (nint)(time.Ticks / TimeSpan.TicksPerSecond),
            Nanoseconds = (nint)(time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick),
        };
    }

    /// <summary>struct cmsghdr of 64-bit Linux, and the number behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlMessage
    {
        internal const int HeaderBytes = 16;
        internal const int SpaceBytes = 24; // with one number, aligned

        internal nuint Length;
        internal int Level;
        internal int Type;
        internal int Value; // 16 bits for UDP_SEGMENT, 32 for UDP_GRO
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Filter
    {
        internal ushort Code;
        internal byte WhenTrue;
        internal byte WhenFalse;
        internal uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FilterProgram
    {
        internal ushort Length;
        internal Filter* Filters;
    }
}
