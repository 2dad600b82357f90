using System.Runtime.InteropServices;
using System.Text;

namespace Quickwater.Server;

/// <summary>
/// Which pipe a source leads to, whatever it is called: what has been read from a pipe is gone. Files, which can be read again, have none.
/// </summary>
/// <param name="Device">The device that it is on, as statx(2) gives it; 0 where the system does not tell.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Path">Where the system tells no numbers: its path without links.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number, string Path = "")
{
    /// <summary>What names standard input as a source.</summary>
    public const string StandardInput = "-";

    // fcntl.h and linux/stat.h. The struct is the same on all machines.
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeAndNumber = 0x1 | 0x100; // STATX_TYPE, STATX_INO
    private const int StatxBytes = 256;
    private const int ModeAt = 28;
    private const int NumberAt = 32;
    private const int DeviceAt = 136;
    private const int TypeMask = 0xF000;
    private const int Fifo = 0x1000;
    private const int Socket = 0xC000;
    private const int Unknown = -1;

    /// <summary>What a source is, if it is standard input or a pipe that is there now. Of standard input it does not matter what it is: who reads a part of it takes it from the others.</summary>
    public static FileIdentity? OfSource(string source) =>
        source == StandardInput ? Stat(0, "", EmptyPath, out _) ?? new FileIdentity(0, 0, StandardInput)
        : source is "/dev/stdin" or "/dev/fd/0" && !OperatingSystem.IsLinux() ? new FileIdentity(0, 0, StandardInput)
        : Stat(CurrentFolder, source, 0, out var type) is { } found && type is Fifo or Socket ? found : null;

    /// <summary>Whether a path leads to a named pipe that is there now. Null where the system does not tell without opening it.</summary>
    public static bool? IsNamedPipe(string path)
    {
        _ = Stat(CurrentFolder, path, 0, out var type);
        return type == Unknown ? null : type == Fifo;
    }

    /// <summary>The identity of what is known to be a pipe.</summary>
    public static FileIdentity OfPipe(string path) =>
        OfSource(path) ?? new FileIdentity(0, 0, File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path));

    private static FileIdentity? Stat(int folder, string path, int flags, out int type)
    {
        type = Unknown;
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var found = new byte[StatxBytes];
            type = 0;
            if (Statx(folder, [.. Encoding.UTF8.GetBytes(path), 0], flags, TypeAndNumber, found) != 0)
            {
                return null;
            }

            type = BitConverter.ToUInt16(found, ModeAt) & TypeMask;
            return new FileIdentity(BitConverter.ToUInt64(found, DeviceAt), BitConverter.ToUInt64(found, NumberAt));
        }
        catch (EntryPointNotFoundException)
        {
            type = Unknown;
            return null; // a C library from before 2018
        }
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] found);
}
