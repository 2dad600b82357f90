using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Quickwater.Server;

/// <summary>
/// Named pipes of Unix, fifo(7). The runtime opens one like a file, and that waits until somebody writes, for ever and beyond being called off.
/// </summary>
internal static class NamedPipe
{
    // fcntl.h of Linux and of the systems from BSD; O_RDONLY is 0 everywhere.
    private static readonly (int NonBlocking, int CloseOnExec)? s_flags =
        OperatingSystem.IsLinux() ? (0x800, 0x80000)
        : OperatingSystem.IsMacOS() ? (0x4, 0x1000000)
        : OperatingSystem.IsFreeBSD() ? (0x4, 0x100000)
        : null;

    /// <summary>
    /// Whether a path leads to a named pipe that is there now. Where the system can tell, it is not opened: opening lets in a writer that waits, and what it writes before the pipe
    /// is opened to be read would be lost.
    /// </summary>
    public static bool IsAt(string path)
    {
        if (FileIdentity.IsNamedPipe(path) is { } told)
        {
            return told;
        }

        using var pipe = TryOpen(path);
        return pipe is not null;
    }

    /// <summary>Opens the reading end of a named pipe at once, whether or not somebody writes. Null for whatever is no named pipe, or cannot be opened.</summary>
    public static SafePipeHandle? TryOpen(string path)
    {
        if (s_flags is not var (nonBlocking, closeOnExec))
        {
            return null;
        }

        var fd = Open([.. Encoding.UTF8.GetBytes(path), 0], nonBlocking | closeOnExec);
        if (fd < 0)
        {
            return null;
        }

        var handle = new SafePipeHandle(fd, ownsHandle: true);
        if (Seek(fd, 0, 1) >= 0)
        {
            handle.Dispose();
            return null; // a file or a folder
        }

        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, new SafePipeHandle(fd, ownsHandle: false)).Dispose();
        }
        catch (IOException)
        {
            handle.Dispose();
            return null; // a terminal or another device
        }

        return handle;
    }

    /// <summary>
    /// Reads a named pipe that is the stream's from here on. While nobody has it open for writing and nothing is left in it, a read gives 0 bytes or waits; else it
    /// waits.
    /// </summary>
    /// <param name="pipe">Its reading end.</param>
    /// <param name="name">Whose it is.</param>
    /// <param name="faulted">As with <see cref="PipeInput"/>.</param>
    /// <param name="cancel">Calls off what waits.</param>
    public static Stream Read(SafePipeHandle pipe, string name, Action<Exception> faulted, CancellationToken cancel) =>
        OperatingSystem.IsLinux() ? new PipeInput(pipe, name, faulted, cancel) : new AnonymousPipeClientStream(PipeDirection.In, pipe);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    // off_t is as wide as a pointer, or wider where that makes no difference to a 0.
    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Seek(int fd, nint offset, int whence);
}
