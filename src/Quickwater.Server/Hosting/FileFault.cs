namespace Quickwater.Server;

/// <summary>Which exceptions mean that a file cannot be written or read, rather than that this program is wrong.</summary>
internal static class FileFault
{
    /// <summary>Whether it is one. The runtime tells a file that would get larger than it may (EFBIG: a limit of the process or of the file system) as an argument.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;
}
