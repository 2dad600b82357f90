namespace Quickwater.Testing;

/// <summary>Finds the programs that tests with real clients start, and tells where this run takes place.</summary>
public static class Tools
{
    // One tool, several names: which one a machine has depends on its distribution.
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.Ordinal)
    {
        ["chromium"] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    };

    /// <summary>True in continuous integration (<c>CI=true</c>), where no test may be skipped.</summary>
    public static bool InCi => IsSet("CI");

    /// <summary>True when the long tests were asked for (<c>./test --full</c>, which sets <c>QUICKWATER_FULL=1</c>).</summary>
    public static bool Full => IsSet("QUICKWATER_FULL");

    /// <summary>The full path of a program on PATH, or null when this machine does not have it.</summary>
    /// <param name="tool">The program, for example "ffmpeg". "chromium" also finds Chrome.</param>
    public static string? Find(string tool)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] suffixes = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return (from name in Names.GetValueOrDefault(tool, [tool])
                from folder in folders
                from suffix in suffixes
                select Path.Combine(folder, name + suffix)).FirstOrDefault(File.Exists);
    }

    /// <summary>The full path of a program on PATH.</summary>
    /// <exception cref="FileNotFoundException">This machine does not have it.</exception>
    public static string Require(string tool) =>
        Find(tool) ?? throw new FileNotFoundException($"{tool} is not on PATH; ./test installs it where it can.");

    /// <summary>Why a test that needs these tools is skipped, or null when it runs. In CI it always runs, and fails
    /// by itself when a tool is missing: there a skipped test is a hole, not a courtesy.</summary>
    internal static string? MissingReason(string[] tools)
    {
        var missing = InCi ? [] : tools.Where(tool => Find(tool) is null).ToArray();
        return missing.Length == 0 ? null : $"this machine has no {string.Join(", ", missing)}";
    }

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is "1" or "true";
}
