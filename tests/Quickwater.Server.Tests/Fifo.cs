using System.Diagnostics;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Named pipes, as <c>mkfifo</c> makes them: .NET has no call for it.</summary>
internal static class Fifo
{
    /// <summary>Makes a pipe at each path, and gives the first.</summary>
    public static async Task<string> MakeAsync(params string[] paths)
    {
        using var process = Process.Start(Tools.Require("mkfifo"), paths);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return paths[0];
    }
}
