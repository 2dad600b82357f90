using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>A file and a function fit one mind, and a path can be guessed.</summary>
public sealed class ShapeRules
{
    private const int FileLinesMax = 400;
    private const int FunctionLinesMax = 70;

    // "path" or "path function", and why it reads better long.
    private static readonly Dictionary<string, string> LongOnPurpose = new(StringComparer.Ordinal)
    {
        ["src/Quickwater.Core/Reasons/Reasons.cs Row"] = "a table: one row a reason",
    };

    // Small types that only make sense beside each other.
    private static readonly Dictionary<string, string> SeveralOnPurpose = new(StringComparer.Ordinal)
    {
        ["src/Quickwater.Core/Datagrams/DatagramReceived.cs"] = "a result and its statuses",
        ["src/Quickwater.Core/Datagrams/IDatagramSocket.cs"] = "a socket and what it tells its owner: two halves of one contract",
        ["src/Quickwater.Core/Engine/Command.cs"] = "a command and its kinds",
        ["src/Quickwater.Core/Engine/IoResult.cs"] = "a result and its statuses",
        ["src/Quickwater.Core/Engine/ITransport.cs"] = "a transport and what it tells its owner: two halves of one contract",
        ["src/Quickwater.Core/Engine/ReceiveResult.cs"] = "a result and its statuses",
        ["src/Quickwater.Media/Tracks/FrameKind.cs"] = "the two small enums that describe a frame",
        ["src/Quickwater.Media/Hub/SubscribeOptions.cs"] = "options and the choices in them",
        ["src/Quickwater.Media/Access/IAccessPolicy.cs"] = "a question, its answer and who answers: one contract",
    };

    // netstandard2.0 lacks it, and the compiler looks for it by its whole name.
    private const string FoundByTheCompiler = "src/Quickwater.Generators/IsExternalInit.cs";

    [Fact]
    public void Files_fit_one_mind() =>
        Tidy.Holds($"Files over {FileLinesMax} lines:",
            from file in SourceFile.All
            where file.Lines > FileLinesMax && !LongOnPurpose.ContainsKey(file.Path)
            select $"{file.Path}: {file.Lines}");

    [Fact]
    public void Functions_fit_one_screen() =>
        Tidy.Holds($"Functions over {FunctionLinesMax} lines:",
            from file in SourceFile.All
            from node in file.Root.DescendantNodes()
            let name = FunctionName(node)
            where name is not null
            let lines = LineCount(node)
            where lines > FunctionLinesMax && !LongOnPurpose.ContainsKey($"{file.Path} {name}")
            select $"{file.At(node)} {name}: {lines}");

    [Fact]
    public void A_file_has_one_public_type_and_its_name() =>
        Tidy.Holds("One public type a file, and the file has its name:",
            from file in SourceFile.All
            where file.Room is "src" or "sim" && !SeveralOnPurpose.ContainsKey(file.Path)
            let types = PublicTypes(file).ToArray()
            let stem = Path.GetFileName(file.Path).Split('.')[0]
            where types.Length > 1 || (types.Length == 1 && types[0] != stem)
            select $"{file.Path}: {string.Join(", ", types)}");

    [Fact]
    public void No_type_hides_its_job_behind_a_word() =>
        Tidy.Holds("Say what it does instead:",
            from file in SourceFile.All
            from type in file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            let name = type.Identifier.ValueText
            where new[] { "Manager", "Helper", "Utils", "Util", "Utilities" }.Any(word => name.Contains(word, StringComparison.Ordinal))
            select $"{file.At(type)} {name}");

    [Fact]
    public void Nobody_silences_the_null_checks() =>
        Tidy.Holds("The compiler is right until the type says otherwise; no `!`:",
            from file in SourceFile.All
            from node in file.Root.DescendantNodes()
            where node.IsKind(SyntaxKind.SuppressNullableWarningExpression)
            select $"{file.At(node)} {node}");

    [Fact]
    public void Every_namespace_is_its_projects() =>
        Tidy.Holds("One namespace a project:",
            from file in SourceFile.All
            where file.Room is "src" or "sim"
            from space in file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            where space.Name.ToString() != file.Project && file.Path != FoundByTheCompiler
            select $"{file.Path}: {space.Name}");

    [Fact]
    public void Every_exception_still_exists() =>
        Tidy.Holds("Exceptions for files that are gone:",
            LongOnPurpose.Keys.Concat(SeveralOnPurpose.Keys).Select(key => key.Split(' ')[0]).Where(path => !Repository.Files.Contains(path, StringComparer.Ordinal)));

    private static IEnumerable<string> PublicTypes(SourceFile file) =>
        from member in file.Root.DescendantNodes()
        where member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && member.Parent is not BaseTypeDeclarationSyntax
        let declaration = (MemberDeclarationSyntax)member
        where declaration.Modifiers.Any(SyntaxKind.PublicKeyword)
        select declaration is DelegateDeclarationSyntax item ? item.Identifier.ValueText : ((BaseTypeDeclarationSyntax)declaration).Identifier.ValueText;

    private static string? FunctionName(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        AccessorDeclarationSyntax accessor => accessor.Keyword.ValueText,
        OperatorDeclarationSyntax operation => operation.OperatorToken.ValueText,
        _ => null,
    };

    private static int LineCount(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
