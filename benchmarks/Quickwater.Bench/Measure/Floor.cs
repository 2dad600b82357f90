using System.Diagnostics;

namespace Quickwater.Bench;

/// <summary>The C programs of benchmarks/floor, compiled on first use.</summary>
internal static class Floor
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "floor");

    /// <summary>The path of a compiled floor program.</summary>
    public static string Program(string name)
    {
        var source = Path.Combine(Sources, name + ".c");
        var binary = Path.Combine(Sources, name);
        if (!File.Exists(binary) || File.GetLastWriteTimeUtc(binary) < File.GetLastWriteTimeUtc(source))
        {
            using var gcc = Process.Start("gcc", ["-O2", "-o", binary, source]);
            gcc.WaitForExit();
            if (gcc.ExitCode != 0)
            {
                throw new InvalidOperationException($"gcc could not compile {source}");
            }
        }

        return binary;
    }

    /// <summary>Runs a floor program that prints one line of names and numbers.</summary>
    public static async Task<Figures> RunAsync(string name, params object[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program(name), arguments.Select(one => one.ToString() ?? ""))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException($"{name} did not start");
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Figures.Parse(line)
            : throw new InvalidOperationException($"{name} ended with {process.ExitCode}");
    }
}
