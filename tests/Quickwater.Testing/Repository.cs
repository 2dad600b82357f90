namespace Quickwater.Testing;

/// <summary>The working copy that this program was built in, and its files.</summary>
public static class Repository
{
    // Made by builds and tools, never by us.
    private static readonly HashSet<string> NotOurs =
        new(StringComparer.Ordinal) { ".git", "bin", "obj", "artifacts", "node_modules", "dist", "TestResults", ".vs", ".idea" };

    /// <summary>The folder with Quickwater.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file of ours, as a path from the root with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } = Walk(Root).Select(Relative).Order(StringComparer.Ordinal).ToArray();

    /// <summary>Our files whose name ends so, for example ".cs".</summary>
    public static IEnumerable<string> FilesEnding(string suffix) =>
        Files.Where(path => path.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>The text of a file, by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Absolute(path));

    /// <summary>The full path of a path from the root.</summary>
    public static string Absolute(string path) => Path.Combine(Root, path);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder).Where(sub => !NotOurs.Contains(Path.GetFileName(sub))).SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Quickwater.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Quickwater.slnx.");
    }
}
