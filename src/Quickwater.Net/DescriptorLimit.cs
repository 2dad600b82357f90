using System.Runtime.InteropServices;

namespace Quickwater.Net;

/// <summary>How many file descriptors this process may have, and has. Thread-safe.</summary>
public static partial class DescriptorLimit
{
    private const string OpenFolder = "/proc/self/fd";
    private const int NoFileLinux = 7; // RLIMIT_NOFILE in asm-generic/resource.h
    private const int NoFileBsd = 8; // ... in sys/resource.h of macOS

    private static int Resource => OperatingSystem.IsLinux() ? NoFileLinux : NoFileBsd;

    /// <summary>Raises the soft limit to the hard one, as far as the system lets it, and gives the limit in force; null where there is none to know.</summary>
    public static long? LiftSoftLimit()
    {
        if (OperatingSystem.IsWindows() || GetLimit(Resource, out var limit) != 0)
        {
            return null;
        }

        if (limit.Soft < limit.Hard)
        {
            var raised = limit with { Soft = limit.Hard };
            limit = SetLimit(Resource, in raised) == 0 ? raised : limit;
        }

        return limit.Soft > int.MaxValue ? int.MaxValue : (long)limit.Soft;
    }

    /// <summary>Descriptors that are open now; null where it cannot be told.</summary>
    public static int? InUse()
    {
        try
        {
            // The listing holds one itself.
            return OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries(OpenFolder).Count() - 1 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(nuint Soft, nuint Hard);
}
