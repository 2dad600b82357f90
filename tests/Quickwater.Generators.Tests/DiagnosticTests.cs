using Microsoft.CodeAnalysis;

namespace Quickwater.Generators.Tests;

/// <summary>What no code can be made from is said at the place, in words, and nothing is made.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("QW1001", "IShop", "IShop cannot be a service", "[RpcService<ShopJson>(\"s\")] public interface IShop<T> { Task A(T a); }")]
    [InlineData("QW1001", "IShop", "IShop cannot be a service", "public static class X { [RpcService<ShopJson>(\"s\")] public interface IShop { } }")]
    [InlineData("QW1001", "IShop", "IShop cannot be a service", "[RpcService<ShopJson>(\"s\")] file interface IShop { }")]
    [InlineData("QW1002", "Price", "Price cannot be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { int Price { get; } }")]
    [InlineData("QW1002", "Sold", "Sold cannot be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { event Action Sold; }")]
    [InlineData("QW1002", "Make", "Make cannot be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { static abstract Task Make(); }")]
    [InlineData("QW1003", "A", "A cannot be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task A<T>(); }")]
    [InlineData("QW1004", "A", "A returns int", "[RpcService<ShopJson>(\"s\")] public interface IShop { int A(); }")]
    [InlineData("QW1004", "A", "A returns void", "[RpcService<ShopJson>(\"s\")] public interface IShop { void A(); }")]
    [InlineData("QW1004", "A", "A returns IEnumerable<int>", "[RpcService<ShopJson>(\"s\")] public interface IShop { IEnumerable<int> A(); }")]
    [InlineData("QW1005", "a", "a of A cannot travel", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task A(ref int a); }")]
    [InlineData("QW1005", "a", "a of A cannot travel", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task A(Span<int> a); }")]
    [InlineData("QW1006", "A", "A takes more than one", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task A(CancellationToken a, CancellationToken b); }")]
    [InlineData("QW1007", "A", "A has the same name on the wire as AAsync, 's.a'", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task AAsync(); Task A(int a); }")]
    [InlineData("QW1008", "A", "'rpc.a' cannot be", "[RpcService<ShopJson>(\"rpc\")] public interface IShop { Task A(); }")]
    [InlineData("QW1008", "A", "'' cannot be", "[RpcService<ShopJson>(\"s\")] public interface IShop { [RpcMethod(\"\")] Task A(); }")]
    [InlineData("QW1009", "a", "ShopJson does not know long, which A needs: add [JsonSerializable(typeof(long))] to it", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task A(long a); }")]
    [InlineData("QW1009", "A", "ShopJson does not know List<int>", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task<List<int>> A(); }")]
    [InlineData("QW1011", "IShop", "IShop inherits IObservable<int>", "[RpcService<ShopJson>(\"s\")] public interface IShop : IObservable<int> { Task A(); }")]
    [InlineData("QW1011", "IShop", "IShop inherits IEquatable<string>", "public interface IBase : IEquatable<string> { } [RpcService<ShopJson>(\"s\")] public interface IShop : IBase { Task A(); }")]
    [InlineData("QW1012", "DisposeAsync", "DisposeAsync would be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { ValueTask DisposeAsync(); }")]
    [InlineData("QW1012", "Dispose", "Dispose would be called", "[RpcService<ShopJson>(\"s\")] public interface IShop { Task Dispose(); }")]
    public void A_shape_that_cannot_be_called_is_told_at_its_place(string id, string place, string message, string source)
    {
        var (code, said, _) = Compiled.Run(Compiled.Project($"namespace Shop;\n{source}", ["int"]));
        var one = Assert.Single(said);
        Assert.Equal(id, one.Id);
        Assert.Equal(DiagnosticSeverity.Error, one.Severity);
        Assert.StartsWith(message, one.GetMessage(), StringComparison.Ordinal);
        Assert.Equal("Shop.cs", one.Location.GetLineSpan().Path);
        Assert.Equal(place, Text(one, source));
        Assert.Null(code);
    }

    [Fact]
    public void A_project_that_can_use_nothing_of_it_is_warned()
    {
        var (code, said, compiler) = Compiled.Run(Compiled.Project(
            "namespace Shop;\n[RpcService<ShopJson>(\"s\")] public interface IShop { Task A(); }", [], "Quickwater.Client", "Quickwater.Hosting"));
        Assert.Equal("QW1010", Assert.Single(said).Id);
        Assert.Empty(compiler);
        Assert.Null(code);
    }

    [Fact]
    public void The_documentation_lists_every_diagnostic()
    {
        var page = Repository.Read("docs/rpc.md");
        Assert.All(RpcDiagnostics.All.Keys, id => Assert.Contains(id, page, StringComparison.Ordinal));
    }

    private static string Text(Diagnostic diagnostic, string source)
    {
        var start = diagnostic.Location.GetLineSpan().StartLinePosition.Character;
        return source.Substring(start, diagnostic.Location.SourceSpan.Length);
    }
}
