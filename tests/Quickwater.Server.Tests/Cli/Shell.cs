using System.Diagnostics;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Scripts of a shell in which <c>$QW</c> is the executable: where its streams go, and who reads them, is a shell's to say.</summary>
internal static class Shell
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a script to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string script, params (string Name, string Value)[] environment)
    {
        using var process = Start(script, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts a script.</summary>
    public static Process Start(string script, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Tools.Require("sh"), ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["QW"] = $"{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"} {typeof(ServerConfiguration).Assembly.Location}";
        start.Environment.Remove("INVOCATION_ID");
        start.Environment.Remove("NOTIFY_SOCKET");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
    }
}
