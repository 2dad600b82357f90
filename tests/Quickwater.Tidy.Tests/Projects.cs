using System.Xml.Linq;
using Quickwater.Testing;

namespace Quickwater.Tidy.Tests;

/// <summary>The projects and what each may stand on. A project that is not here has not been thought about.</summary>
internal static class Projects
{
    private static readonly string[] Protocols = ["Quickwater.Rpc", "Quickwater.Audio", "Quickwater.Rtmp", "Quickwater.Game"];

    /// <summary>No sockets, clocks, threads, tasks or loggers in these.</summary>
    public static readonly IReadOnlySet<string> Pure =
        new HashSet<string>([.. Protocols, "Quickwater.Core", "Quickwater.Media", "Quickwater.Sim"], StringComparer.Ordinal);

    /// <summary>The projects that each project of the product may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> MayReference = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Quickwater.Core"] = [],
        ["Quickwater.Generators"] = [],
        ["Quickwater.Rpc"] = ["Quickwater.Core"],
        ["Quickwater.Media"] = ["Quickwater.Core"],
        ["Quickwater.Audio"] = ["Quickwater.Core", "Quickwater.Media"],
        ["Quickwater.Rtmp"] = ["Quickwater.Core", "Quickwater.Media"],
        ["Quickwater.Game"] = ["Quickwater.Core"],
        ["Quickwater.Net"] = ["Quickwater.Core"],
        ["Quickwater.Cluster"] = ["Quickwater.Core"],
        ["Quickwater.Hosting"] = ["Quickwater.Core", "Quickwater.Media", "Quickwater.Net", .. Protocols],
        ["Quickwater.Client"] = ["Quickwater.Core", "Quickwater.Media", "Quickwater.Net", .. Protocols],
        ["Quickwater.Sim"] = ["Quickwater.Core", "Quickwater.Media", .. Protocols],
        ["Quickwater.Server"] =
            ["Quickwater.Core", "Quickwater.Media", "Quickwater.Net", "Quickwater.Cluster", "Quickwater.Client", "Quickwater.Hosting", "Quickwater.Sim", .. Protocols],
    };

    /// <summary>The packages and frameworks that a project of the product may use; one that is not here may use none.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> MayUse = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Quickwater.Server"] = ["Microsoft.AspNetCore.App", "System.CommandLine", "Spectre.Console", "YamlDotNet"],
        ["Quickwater.Cluster"] = ["Npgsql"],
        ["Quickwater.Generators"] = ["Microsoft.CodeAnalysis.CSharp"],
    };

    /// <summary>Every project file, from the root.</summary>
    public static IReadOnlyList<string> Files { get; } = Repository.FilesEnding(".csproj").ToArray();

    /// <summary>The project files of the product: not its tests, benchmarks or samples.</summary>
    public static IEnumerable<string> Product =>
        Files.Where(path => path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("sim/", StringComparison.Ordinal));

    /// <summary>The name of a project, from the path of its file.</summary>
    public static string Name(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    /// <summary>What a project file includes as such items, for example "PackageReference".</summary>
    public static IEnumerable<string> Items(string path, string kind) =>
        XDocument.Parse(Repository.Read(path)).Descendants(kind).Select(item => item.Attribute("Include")?.Value ?? "").Where(name => name.Length > 0);
}
