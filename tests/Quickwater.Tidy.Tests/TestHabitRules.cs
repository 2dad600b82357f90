using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>What makes a suite slow or flaky is not in it.</summary>
public sealed class TestHabitRules
{
    [Fact]
    public void Tests_do_not_sleep() =>
        Tidy.Holds("Wait for what you wait for, not for a time:",
            from file in Tests
            from access in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
            where (access.Expression.ToString().Split('.')[^1], access.Name.Identifier.ValueText) is ("Thread", "Sleep") or ("Task", "Delay")
            select file.At(access));

    [Fact]
    public void Tests_listen_and_dial_on_no_fixed_port() =>
        Tidy.Holds("Bind port 0 and ask which port it became:",
            from file in Tests
            from node in file.Root.DescendantNodes()
            where OpensPort(node)
            from port in node.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>().Prepend(node)
            where LastArgument(port) is LiteralExpressionSyntax literal && IsPort(literal)
            select $"{file.At(node)} {node}");

    [Fact]
    public void Test_names_are_sentences() =>
        Tidy.Holds("A test's name says what holds, with underscores:",
            from file in Tests
            from method in file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.AttributeLists.SelectMany(list => list.Attributes).Select(attribute => attribute.Name.ToString())
                .Any(name => name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal))
            where !method.Identifier.ValueText.Contains('_', StringComparison.Ordinal)
            select $"{file.At(method)} {method.Identifier.ValueText}");

    private static IEnumerable<SourceFile> Tests => SourceFile.All.Where(file => file.Room == "tests");

    private static bool OpensPort(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } =>
            call.Name.Identifier.ValueText is "Bind" or "Listen" or "Connect" or "ConnectAsync",
        ObjectCreationExpressionSyntax creation => creation.Type.ToString() is "TcpListener" or "TcpClient" or "UdpClient",
        _ => false,
    };

    private static ExpressionSyntax? LastArgument(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 1 } arguments } => arguments[^1].Expression,
        ObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } creation
            when creation.Type.ToString() is "IPEndPoint" or "DnsEndPoint" or "TcpListener" or "TcpClient" or "UdpClient" => arguments[^1].Expression,
        _ => null,
    };

    private static bool IsPort(LiteralExpressionSyntax literal) =>
        literal.IsKind(SyntaxKind.NumericLiteralExpression)
        && Convert.ToInt64(literal.Token.Value, CultureInfo.InvariantCulture) is > 0 and <= ushort.MaxValue;
}
