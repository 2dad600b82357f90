using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Quickwater.Generators.Tests;

/// <summary>Sources that are compiled with the generator.</summary>
internal static class Compiled
{
    // What System.Text.Json's own generator makes in a real project.
    private const string Context = """
        namespace Shop;
        [TYPES]
        public sealed class ShopJson() : System.Text.Json.Serialization.JsonSerializerContext(null)
        {
            public static ShopJson Default { get; } = new();
            protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;
            public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(System.Type type) => null;
        }
        """;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly MetadataReference[] References =
    [
        .. (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator)
            .Where(path => path.Length > 0).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>A project with an interface, and a JSON context that knows these types.</summary>
    public static CSharpCompilation Project(string source, string[] knows, params string[] without) => CSharpCompilation.Create(
        "Shop",
        [Tree(source, "Shop.cs"), Tree(Context.Replace("[TYPES]", string.Concat(knows.Select(type => $"[System.Text.Json.Serialization.JsonSerializable(typeof({type}))]\n")), StringComparison.Ordinal), "ShopJson.cs")],
        References.Where(one => !without.Contains(Path.GetFileNameWithoutExtension(one.Display), StringComparer.Ordinal)),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>A source as a project has it.</summary>
    public static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText($"#nullable enable\nusing System;\nusing System.Collections.Generic;\nusing System.Threading;\nusing System.Threading.Tasks;\nusing Quickwater.Rpc;\n{source}", Parse, path);

    /// <summary>A driver that tells what it did.</summary>
    public static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new RpcServiceGenerator().AsSourceGenerator()], parseOptions: Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator; answers what it made and said, and what the compiler says of the whole.</summary>
    public static (string? Code, Diagnostic[] Said, Diagnostic[] Compiler) Run(Compilation project)
    {
        var driver = Driver().RunGeneratorsAndUpdateCompilation(project, out var whole, out var said);
        var code = driver.GetRunResult().GeneratedTrees.SingleOrDefault()?.ToString();
        var compiler = whole.GetDiagnostics().Where(one => one.Severity >= DiagnosticSeverity.Warning);
        return (code, [.. said], [.. compiler.Where(one => one.Id != "CS1591" || one.Location.GetLineSpan().Path.EndsWith(".g.cs", StringComparison.Ordinal))]); // what is generated has comments
    }
}
