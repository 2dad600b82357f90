using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Quickwater.Testing;

namespace Quickwater.Tidy.Tests;

/// <summary>One C# file of ours, parsed once for all rules.</summary>
internal sealed class SourceFile
{
    private SourceFile(string path)
    {
        Path = path;
        Text = Repository.Read(path);
        Root = CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
    }

    public static IReadOnlyList<SourceFile> All { get; } =
        Repository.FilesEnding(".cs").Select(path => new SourceFile(path)).ToArray();

    /// <summary>From the root, with forward slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    public SyntaxNode Root { get; }

    public int Lines => Text.Split('\n').Length - 1;

    /// <summary>The project folder's name, for example "Quickwater.Core".</summary>
    public string Project => Path.Split('/').ElementAtOrDefault(1) ?? "";

    /// <summary>"src", "sim", "tests", "benchmarks" and so on.</summary>
    public string Room => Path.Split('/')[0];

    /// <summary>Core and the protocols, and the simulator: whatever must not know time, threads or sockets.</summary>
    public bool IsPure => Projects.Pure.Contains(Project);

    public string At(SyntaxNode node) => At(node.SpanStart);

    public string At(SyntaxToken token) => At(token.SpanStart);

    private string At(int position) => $"{Path}:{Root.SyntaxTree.GetLineSpan(new(position, 0)).StartLinePosition.Line + 1}";
}
