using System.Text.Json;
using System.Xml.Linq;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

public sealed class ProjectRules
{
    [Fact]
    public void Every_project_of_the_product_is_in_the_table() =>
        Tidy.Holds("Add the project to Projects.MayReference, with thought:",
            Projects.Product.Where(path => !Projects.MayReference.ContainsKey(Projects.Name(path))));

    [Fact]
    public void A_project_references_only_what_the_table_allows() =>
        Tidy.Holds("Edges between projects that docs/ARCHITECTURE.md does not have:",
            from path in Projects.Product
            from reference in Projects.Items(path, "ProjectReference")
            where !Projects.MayReference.GetValueOrDefault(Projects.Name(path), []).Contains(Projects.Name(reference), StringComparer.Ordinal)
            select $"{Projects.Name(path)} -> {Projects.Name(reference)}");

    [Fact]
    public void A_project_uses_only_the_packages_that_the_table_allows() =>
        Tidy.Holds("Packages that the project may not use:",
            from path in Projects.Product
            from package in Projects.Items(path, "PackageReference").Concat(Projects.Items(path, "FrameworkReference"))
            where !Projects.MayUse.GetValueOrDefault(Projects.Name(path), []).Contains(package, StringComparer.Ordinal)
            select $"{Projects.Name(path)} -> {package}");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = XDocument.Parse(Repository.Read("Quickwater.slnx")).Descendants("Project")
            .Select(item => item.Attribute("Path")?.Value ?? "").ToHashSet(StringComparer.Ordinal);
        Tidy.Holds("Not in Quickwater.slnx:", Projects.Files.Where(path => !solution.Contains(path)));
    }

    [Fact]
    public void Every_project_of_the_product_has_a_test_project() =>
        Tidy.Holds("Without a test project:",
            from path in Projects.Product
            let tests = $"tests/{Projects.Name(path)}.Tests/{Projects.Name(path)}.Tests.csproj"
            where !Projects.Files.Contains(tests, StringComparer.Ordinal)
            select $"{path} needs {tests}");

    [Fact]
    public void Package_versions_stand_in_one_place_and_are_used()
    {
        var central = Projects.Items("Directory.Packages.props", "PackageVersion").ToArray();
        var used = Projects.Files.Append("Directory.Build.props").SelectMany(path => Projects.Items(path, "PackageReference"))
            .ToHashSet(StringComparer.Ordinal);
        Tidy.Holds("Versions in Directory.Packages.props of packages that no project uses:", central.Where(package => !used.Contains(package)));
        Tidy.Holds("Versions outside Directory.Packages.props:",
            Projects.Files.Where(path => XDocument.Parse(Repository.Read(path)).Descendants("PackageReference").Any(item => item.Attribute("Version") is not null)));
    }

    [Fact]
    public void Every_dependency_has_a_decision_record()
    {
        var records = string.Join('\n', Repository.Files.Where(DocumentRules.IsDecisionRecord).Select(Repository.Read));
        Tidy.Holds("Dependencies that no page of docs/adr names:",
            Projects.Items("Directory.Packages.props", "PackageVersion").Concat(NpmPackages()).Concat(Tools())
                .Where(package => !records.Contains(package, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Tools() =>
        JsonDocument.Parse(Repository.Read(".config/dotnet-tools.json")).RootElement.GetProperty("tools").EnumerateObject().Select(static tool => tool.Name);

    private static IEnumerable<string> NpmPackages() =>
        from path in Repository.Files
        where Path.GetFileName(path) == "package.json"
        from section in JsonDocument.Parse(Repository.Read(path)).RootElement.EnumerateObject()
        where section.Name is "dependencies" or "devDependencies"
        from package in section.Value.EnumerateObject()
        select package.Name;
}
