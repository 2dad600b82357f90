using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quickwater.Net;

/// <summary>The system calls of the epoll back end. Numbers are those of Linux on x64 and arm64 (asm-generic).</summary>
internal static unsafe partial class EpollCalls
{
    internal const uint Readable = 0x1; // EPOLLIN
    internal const uint Writable = 0x4; // EPOLLOUT
    internal const uint Error = 0x8; // EPOLLERR
    internal const uint HangUp = 0x10; // EPOLLHUP
    internal const uint PeerFinished = 0x2000; // EPOLLRDHUP
    internal const uint EdgeTriggered = 1u << 31; // EPOLLET

    internal const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC, EFD_CLOEXEC
    internal const int NonBlocking = 0x800; // EFD_NONBLOCK
    internal const int ControlAdd = 1; // EPOLL_CTL_ADD
    internal const int ControlDelete = 2; // EPOLL_CTL_DEL
    internal const int DontWaitNoSignal = 0x40 | 0x4000; // MSG_DONTWAIT | MSG_NOSIGNAL

    internal const int Interrupted = 4; // EINTR
    internal const int Again = 11; // EAGAIN

    /// <summary>The runtime's name for an error number; its own table is not public.</summary>
    internal static SocketError ErrorOf(int errno) => errno switch
    {
        9 or 88 => SocketError.NotSocket, // EBADF, ENOTSOCK
        12 or 105 => SocketError.NoBufferSpaceAvailable, // ENOMEM, ENOBUFS
        14 => SocketError.Fault, // EFAULT
        22 => SocketError.InvalidArgument, // EINVAL
        32 => SocketError.Shutdown, // EPIPE
        1 or 13 => SocketError.AccessDenied, // EPERM, EACCES
        90 => SocketError.MessageSize, // EMSGSIZE
        95 => SocketError.OperationNotSupported, // EOPNOTSUPP
        97 => SocketError.AddressFamilyNotSupported, // EAFNOSUPPORT
        99 => SocketError.AddressNotAvailable, // EADDRNOTAVAIL
        100 => SocketError.NetworkDown, // ENETDOWN
        101 => SocketError.NetworkUnreachable, // ENETUNREACH
        102 => SocketError.NetworkReset, // ENETRESET
        103 => SocketError.ConnectionAborted, // ECONNABORTED
        104 => SocketError.ConnectionReset, // ECONNRESET
        107 => SocketError.NotConnected, // ENOTCONN
        110 => SocketError.TimedOut, // ETIMEDOUT
        111 => SocketError.ConnectionRefused, // ECONNREFUSED
        112 => SocketError.HostDown, // EHOSTDOWN
        113 => SocketError.HostUnreachable, // EHOSTUNREACH
        _ => SocketError.SocketError,
    };

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Control(int epoll, int operation, int fd, byte* interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Wait(int epoll, byte* events, int eventsMax, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Write(int fd, byte* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Receive(int fd, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Send(int fd, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint SendMessage(int fd, MessageHeader* message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Piece
    {
        internal nint Start;
        internal nuint Length;
    }

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        internal nint Name;
        internal uint NameLength;
        internal Piece* Pieces;
        internal nuint PieceCount;
        internal nint Control;
        internal nuint ControlLength;
        internal int Flags;
    }
}
