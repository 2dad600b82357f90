using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quickwater.Trace;

/// <summary>
/// Finds the tests that carry requirement ids by reading C# sources. Syntax only: it needs no build, and base classes are
/// matched by their simple name, which test projects keep unique.
/// </summary>
public sealed partial class TestSources
{
    private const string StepMark = "# requirement: ";

    private readonly Dictionary<string, ClassFacts> _classes = new(StringComparer.Ordinal);

    private TestSources()
    {
    }

    /// <summary>The tests of these sources that carry ids, in the order of their names.</summary>
    /// <exception cref="FormatException">An id is not a string literal.</exception>
    public static IReadOnlyList<TracedTest> Scan(IEnumerable<string> sources)
    {
        var scan = new TestSources();
        foreach (var source in sources)
        {
            scan.Collect(CSharpSyntaxTree.ParseText(source).GetRoot());
        }

        return scan._classes.Values.Where(type => !type.IsAbstract).SelectMany(scan.TestsOf)
            .Where(test => test.Marks.Count > 0)
            .OrderBy(test => test.Class, StringComparer.Ordinal).ThenBy(test => test.Method, StringComparer.Ordinal)
            .ToArray();
    }

    /// <summary>
    /// The steps of <c>./test</c> and its scripts that carry ids. A step is no method, so a comment names it: <c># requirement: RPC-13/coverage NAME OF THE STEP</c>.
    /// </summary>
    /// <exception cref="FormatException">No step of that name can pass: its id would never be shown.</exception>
    public static IReadOnlyList<TracedTest> ScanSteps(IEnumerable<string> scripts)
    {
        var lines = scripts.SelectMany(static script => script.Split('\n')).Select(static line => line.Trim()).ToArray();
        var steps = lines.Select(static line => PassedStep().Match(line)).Where(static match => match.Success).Select(static match => PatternOf(match.Groups["name"].Value)).ToArray();
        return (from line in lines
                where line.StartsWith(StepMark, StringComparison.Ordinal)
                let fields = line[StepMark.Length..].Split(' ', 2)
                let name = fields.ElementAtOrDefault(1)?.Trim() ?? ""
                select steps.Any(step => step.IsMatch(name))
                    ? new TracedTest(TracedTest.StepClass, name, [fields[0]])
                    : throw new FormatException($"{line}: no line says step \"{name}\" passed.")).ToArray();
    }

    // A variable of the shell in a step's name stands for one word.
    private static Regex PatternOf(string name) => new($"^{string.Join("\\S+", ShellVariable().Split(name).Select(Regex.Escape))}$", RegexOptions.CultureInvariant);

    [GeneratedRegex("""^(?!#)(?:.*\s)?step "(?<name>[^"]+)" passed\b""", RegexOptions.CultureInvariant)]
    private static partial Regex PassedStep();

    [GeneratedRegex("""\$\{[^}]*\}|\$\w+""", RegexOptions.CultureInvariant)]
    private static partial Regex ShellVariable();

    private void Collect(SyntaxNode root)
    {
        foreach (var type in root.DescendantNodes().OfType<ClassDeclarationSyntax>())
        {
            var name = FullName(type);
            if (!_classes.TryGetValue(name, out var facts))
            {
                _classes.Add(name, facts = new ClassFacts(name));
            }

            // A partial class adds up from all its files.
            facts.IsAbstract |= type.Modifiers.Any(SyntaxKind.AbstractKeyword);
            facts.Bases.AddRange(type.BaseList?.Types.Select(item => SimpleName(item.Type)) ?? []);
            facts.Marks.AddRange(Marks(type.AttributeLists));
            facts.Methods.AddRange(type.Members.OfType<MethodDeclarationSyntax>()
                .Where(method => IsTest(method.AttributeLists))
                .Select(method => (method.Identifier.ValueText, Marks(method.AttributeLists).ToArray())));
        }
    }

    private IEnumerable<TracedTest> TestsOf(ClassFacts type)
    {
        var line = Lineage(type).ToArray();
        var shared = line.SelectMany(facts => facts.Marks).ToArray();
        return from facts in line
               from method in facts.Methods
               select new TracedTest(type.Name, method.Name, shared.Concat(method.Marks).Distinct(StringComparer.Ordinal).ToArray());
    }

    private IEnumerable<ClassFacts> Lineage(ClassFacts type)
    {
        yield return type;
        var parents = _classes.Values.Where(other => !ReferenceEquals(other, type) && type.Bases.Contains(other.SimpleName, StringComparer.Ordinal));
        foreach (var ancestor in parents.SelectMany(Lineage))
        {
            yield return ancestor;
        }
    }

    private static bool IsTest(SyntaxList<AttributeListSyntax> lists) => lists.SelectMany(list => list.Attributes)
        .Select(attribute => SimpleName(attribute.Name))
        .Any(name => name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal));

    private static IEnumerable<string> Marks(SyntaxList<AttributeListSyntax> lists) => lists.SelectMany(list => list.Attributes)
        .Where(attribute => SimpleName(attribute.Name) is "Requirement" or "RequirementAttribute")
        .SelectMany(attribute => attribute.ArgumentList?.Arguments ?? default)
        .Select(argument => argument.Expression is LiteralExpressionSyntax literal
            ? literal.Token.ValueText
            : throw new FormatException($"[Requirement({argument})]: write the ids as string literals."));

    // The name that the runtime and test results use: namespaces joined by '.', nested classes by '+'.
    private static string FullName(ClassDeclarationSyntax type)
    {
        var outer = type.Ancestors().OfType<TypeDeclarationSyntax>().Select(item => item.Identifier.ValueText).Reverse();
        var space = type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Select(item => item.Name.ToString()).Reverse();
        return string.Join('.', space.Append(string.Join('+', outer.Append(type.Identifier.ValueText))));
    }

    private static string SimpleName(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax name => name.Right.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => type.ToString(),
    };

    private sealed class ClassFacts(string name)
    {
        public string Name => name;

        public string SimpleName { get; } = name[(name.LastIndexOfAny(['.', '+']) + 1)..];

        public bool IsAbstract { get; set; }

        public List<string> Bases { get; } = [];

        public List<string> Marks { get; } = [];

        public List<(string Name, string[] Marks)> Methods { get; } = [];
    }
}
