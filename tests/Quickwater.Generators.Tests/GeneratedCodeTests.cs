using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Quickwater.Generators.Tests;

/// <summary>The generated code, whole. QUICKWATER_UPDATE_SNAPSHOTS=1 writes the files anew: read their difference before you commit it.</summary>
public sealed class GeneratedCodeTests
{
    private const string Calculator = """
        namespace Shop;

        public sealed record Total(decimal Sum);

        [RpcService<ShopJson>("calculator")]
        public interface ICalculator
        {
            Task<int> AddAsync(int a, int b, CancellationToken cancel = default);
            ValueTask<RpcResult<Total>> TotalAsync(IReadOnlyList<decimal> prices, CancellationToken cancel);
            Task<string?> NameAsync(string? of);
            [RpcMethod("calculator.clear-all")]
            Task ClearAsync();
            IAsyncEnumerable<int> Count(int from = 0, string @class = "a\"b", CancellationToken cancel = default);
        }
        """;

    private static readonly string[] Types = ["int", "string", "Total", "System.Collections.Generic.IReadOnlyList<decimal>"];

    [Fact]
    public void Client_and_stub_of_every_shape_are_as_the_snapshot_has_them_and_compile_without_a_warning()
    {
        var (code, said, compiler) = Compiled.Run(Compiled.Project(Calculator, Types));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Same("Calculator", code);
    }

    [Fact]
    public void A_project_without_the_hosting_library_gets_the_client_only()
    {
        var (code, said, compiler) = Compiled.Run(Compiled.Project(Calculator, Types, "Quickwater.Hosting"));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Assert.Contains("class CalculatorClient", code, StringComparison.Ordinal);
        Assert.DoesNotContain("Quickwater.Hosting", code, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_without_the_client_library_gets_the_stub_only()
    {
        var (code, said, compiler) = Compiled.Run(Compiled.Project(Calculator, Types, "Quickwater.Client"));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Assert.Contains("MapCalculator", code, StringComparison.Ordinal);
        Assert.DoesNotContain("Quickwater.Client", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Task<int> A(long a = 5, double b = 1.5, float c = float.NaN, decimal d = 1.25m, char e = '\\'', bool f = true, Day g = Day.Monday, Day? h = Day.Monday, int? i = 3, int? j = null, uint k = 7, byte l = 9);")]
    [InlineData("Task<int> @event(int @params, int client, int options, int context, int parameters, int reader, int value);")]
    [InlineData("Task<int> A(int a); [RpcMethod(\"s.b\")] Task<int> A(int a, int b); [RpcMethod(\"s.c\")] Task A(int a, int b, int c);")]
    [InlineData("Task<int?> A(int? a, Day? day); ValueTask<Day> B(CancellationToken first, int a); ValueTask C(double a, CancellationToken last); Task<RpcResult<string?>> D();")]
    [InlineData("Task<int> A(); Task<int> WithCode() => A();")]
    [InlineData("[RpcMethod(Idempotent = true)] Task<int> A(); [RpcMethod(\"s.b\", Idempotent = true)] IAsyncEnumerable<string?> B(); IAsyncEnumerable<int?> C();")]
    [InlineData("Task<int> Derived(); } public interface IOther { Task<int> Own(); ")]
    [InlineData("")]
    public void What_is_allowed_compiles_without_a_warning(string members)
    {
        var source = $"namespace Shop;\npublic enum Day {{ Sunday, Monday }}\n[RpcService<ShopJson>(\"s\")]\npublic interface IShop {{ {members} }}";
        string[] types = ["int", "int?", "long", "double", "float", "decimal", "char", "bool", "Day", "Day?", "uint", "byte", "string"];
        var (code, said, compiler) = Compiled.Run(Compiled.Project(source, types));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Assert.NotNull(code);
    }

    [Fact]
    public void An_interface_has_the_methods_of_those_that_it_extends_and_may_stand_in_no_namespace()
    {
        const string source = "interface IBase { Task<int> OneAsync(); }\n[RpcService<Shop.ShopJson>(\"s\")] interface IShop : IBase { Task<int> TwoAsync(); }";
        var (code, said, compiler) = Compiled.Run(Compiled.Project(source, ["int"]));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Assert.Contains("\"s.one\"", code, StringComparison.Ordinal);
        Assert.Contains("\"s.two\"", code, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_disposed_stays_with_the_client_and_only_what_is_declared_idempotent_is_made_again()
    {
        const string source = """
            namespace Shop;
            public interface IBase : IAsyncDisposable;
            [RpcService<ShopJson>("s")] public interface IShop : IBase, IDisposable { [RpcMethod(Idempotent = true)] Task<int> Again(); Task<int> Once(); }
            """;
        var (code, said, compiler) = Compiled.Run(Compiled.Project(source, ["int"]));
        Assert.Empty(said);
        Assert.Empty(compiler);
        Assert.Contains("public void Dispose() { }", code, StringComparison.Ordinal);
        Assert.Contains("public global::System.Threading.Tasks.ValueTask DisposeAsync() => default;", code, StringComparison.Ordinal);
        Assert.DoesNotContain("\"s.dispose", code, StringComparison.Ordinal);
        Assert.Contains("\"s.again\", new ShopWire.AgainParams(), ShopWire.AgainParamsJson, ShopWire.Type0Json, this._again", code, StringComparison.Ordinal);
        Assert.Contains("\"s.once\", new ShopWire.OnceParams(), ShopWire.OnceParamsJson, ShopWire.Type0Json, this._options", code, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_elsewhere_makes_no_new_code_and_one_in_the_interface_does()
    {
        var project = Compiled.Project(Calculator, Types).AddSyntaxTrees(Compiled.Tree("class Other;", "Other.cs"));
        var driver = Compiled.Driver().RunGenerators(project);
        var other = project.SyntaxTrees[2];
        project = project.ReplaceSyntaxTree(other, Compiled.Tree("class Other { int X; }", "Other.cs"));
        driver = driver.RunGenerators(project);
        Assert.All(Reasons(driver), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
        Assert.All(Outputs(driver), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));

        project = project.ReplaceSyntaxTree(project.SyntaxTrees[0], Compiled.Tree(Calculator.Replace("int b", "int c", StringComparison.Ordinal), "Shop.cs"));
        driver = driver.RunGenerators(project);
        Assert.Equal([IncrementalStepRunReason.Modified], Outputs(driver));
    }

    private static IncrementalStepRunReason[] Reasons(GeneratorDriver driver) =>
        [.. driver.GetRunResult().Results[0].TrackedSteps[RpcServiceGenerator.ReadStep].SelectMany(step => step.Outputs).Select(output => output.Reason)];

    private static IncrementalStepRunReason[] Outputs(GeneratorDriver driver) =>
        [.. driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(pair => pair.Value).SelectMany(step => step.Outputs).Select(output => output.Reason)];

    private static void Same(string name, string? code, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here) ?? "", "Snapshots", $"{name}.g.txt");
        if (Environment.GetEnvironmentVariable("QUICKWATER_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, code);
        }

        Assert.Equal(File.ReadAllText(path), code, ignoreLineEndingDifferences: true);
    }
}
