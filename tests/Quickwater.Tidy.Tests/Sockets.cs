using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quickwater.Tidy.Tests;

/// <summary>
/// Finds the sockets of a file and who closes them. It reads syntax only, a file at a time: a name is a socket wherever in the file it is declared as one.
/// </summary>
internal sealed class Sockets
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "Socket", "TcpClient", "TcpListener", "NetworkStream", "SafeSocketHandle" };

    private static readonly HashSet<string> Closing = new(StringComparer.Ordinal) { "Close", "Dispose", "DisposeAsync", "Shutdown", "Disconnect", "DisconnectAsync" };

    private static readonly string[] Making =
        ["Accept", "AcceptAsync", "AcceptSocket", "AcceptSocketAsync", "AcceptTcpClient", "AcceptTcpClientAsync", "CreateDefaultBoundListenSocket"];

    private readonly SyntaxNode _root;
    private readonly HashSet<string> _names = new(["SafeHandle"], StringComparer.Ordinal);
    private readonly HashSet<string> _holders = new(StringComparer.Ordinal); // of sockets: lists, tasks
    private readonly HashSet<string> _making = new(Making, StringComparer.Ordinal);
    private readonly HashSet<string> _givingOut = new(StringComparer.Ordinal);

    /// <summary>Reads one file.</summary>
    public Sockets(SyntaxNode root)
    {
        _root = root;
        foreach (var (name, type, parameters) in root.DescendantNodes().Select(Signature))
        {
            if (type is not null && (IsSocket(type) || IsOfSockets(type)))
            {
                _making.Add(name);
            }

            if (parameters?.Parameters.Any(static one => one.Modifiers.Any(SyntaxKind.OutKeyword) && IsSocket(one.Type)) is true)
            {
                _givingOut.Add(name);
            }
        }

        // A name may stand for another that is found only later in the file.
        for (var before = -1; before < _names.Count;)
        {
            before = _names.Count;
            foreach (var (name, type, value) in root.DescendantNodes().SelectMany(Declared))
            {
                if (IsSocket(type) || (value is not null && type is not { IsVar: false } && Gives(value)))
                {
                    _names.Add(name);
                }
                else if (IsOfSockets(type))
                {
                    _holders.Add(name);
                }
            }
        }
    }

    /// <summary>x.Close(), x?.Close(), (await x).Socket?.Dispose(), using var x, using (x), and the system's own call.</summary>
    public IEnumerable<SyntaxNode> Closings => _root.DescendantNodes().Where(node => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } =>
            access.ToString() == "EpollCalls.Close" || Closes(access.Expression, access.Name),
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } =>
            node.Ancestors().OfType<ConditionalAccessExpressionSyntax>().FirstOrDefault() is { } conditional && Closes(conditional.Expression, binding.Name),
        LocalDeclarationStatementSyntax { UsingKeyword.RawKind: (int)SyntaxKind.UsingKeyword } local => IsOne(local.Declaration),
        UsingStatementSyntax { Expression: { } used } => Gives(used),
        UsingStatementSyntax { Declaration: { } declared } => IsOne(declared),
        _ => false,
    });

    /// <summary>A second object over the same descriptor would be a second owner. A handle that is lent says so where it is made.</summary>
    public IEnumerable<SyntaxNode> OwnedTwice =>
        from made in _root.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
        let type = TypeOf(made)
        where type == "SafeSocketHandle" || (type == "NetworkStream" && !made.ToString().Contains("ownsSocket: false", StringComparison.Ordinal))
            || (type == "Socket" && made.ArgumentList?.Arguments.Count < 3)
        select made;

    /// <summary>The method that something stands in; empty outside of methods.</summary>
    public static string MethodOf(SyntaxNode node) => node.Ancestors().Select(static ancestor => ancestor switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        _ => "",
    }).FirstOrDefault(static name => name.Length > 0) ?? "";

    private static (string Name, TypeSyntax? Type, ParameterListSyntax? Parameters) Signature(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => (method.Identifier.ValueText, method.ReturnType, method.ParameterList),
        LocalFunctionStatementSyntax local => (local.Identifier.ValueText, local.ReturnType, local.ParameterList),
        _ => ("", null, null),
    };

    // What a node names: with its type, where one is written, and what it is taken from.
    private static IEnumerable<(string Name, TypeSyntax? Type, ExpressionSyntax? Value)> Declared(SyntaxNode node) => node switch
    {
        VariableDeclarationSyntax declared => declared.Variables.Select(variable => (variable.Identifier.ValueText, (TypeSyntax?)declared.Type, variable.Initializer?.Value)),
        ParameterSyntax parameter => [(parameter.Identifier.ValueText, parameter.Type, null)],
        PropertyDeclarationSyntax property => [(property.Identifier.ValueText, property.Type, null)],
        TupleElementSyntax element => [(element.Identifier.ValueText, element.Type, null)],
        ForEachStatementSyntax each => [(each.Identifier.ValueText, each.Type, each.Expression)],
        DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax single } declared => [(single.Identifier.ValueText, declared.Type, declared)],
        DeclarationPatternSyntax { Designation: SingleVariableDesignationSyntax single } pattern => [(single.Identifier.ValueText, pattern.Type, null)],
        RecursivePatternSyntax { Designation: SingleVariableDesignationSyntax single } pattern => [(single.Identifier.ValueText, pattern.Type, Matched(pattern))],
        VarPatternSyntax { Designation: SingleVariableDesignationSyntax single } pattern => [(single.Identifier.ValueText, null, Matched(pattern))],
        _ => [],
    };

    private static ExpressionSyntax? Matched(PatternSyntax pattern) => pattern.Ancestors().Select(static ancestor => ancestor switch
    {
        IsPatternExpressionSyntax test => test.Expression,
        SwitchStatementSyntax test => test.Expression,
        SwitchExpressionSyntax test => test.GoverningExpression,
        _ => null,
    }).FirstOrDefault(static expression => expression is not null);

    private static bool IsSocket(TypeSyntax? type) => type is not null && Types.Contains(type.ToString().TrimEnd('?').Split('.')[^1]);

    private static bool IsOfSockets(TypeSyntax? type) => type?.DescendantNodes().OfType<TypeSyntax>().Any(IsSocket) is true && !IsSocket(type);

    private bool IsOne(VariableDeclarationSyntax declared) => declared.Variables.Any(variable => _names.Contains(variable.Identifier.ValueText));

    private bool Closes(ExpressionSyntax on, SimpleNameSyntax call)
    {
        if (!Closing.Contains(call.Identifier.ValueText))
        {
            return false;
        }

        var words = on.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().ToArray();
        return words.LastOrDefault() is { } last && (_names.Contains(last.Identifier.ValueText) || words.Any(IsSocket) || Gives(on));
    }

    private bool Gives(ExpressionSyntax value) => value switch
    {
        ParenthesizedExpressionSyntax inner => Gives(inner.Expression),
        AwaitExpressionSyntax awaited => Gives(awaited.Expression),
        CastExpressionSyntax cast => IsSocket(cast.Type) || Gives(cast.Expression),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AsExpression, Right: TypeSyntax type } => IsSocket(type),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } either => Gives(either.Left) || Gives(either.Right),
        ConditionalExpressionSyntax either => Gives(either.WhenTrue) || Gives(either.WhenFalse),
        AssignmentExpressionSyntax assigned => Gives(assigned.Left) || Gives(assigned.Right),
        ObjectCreationExpressionSyntax made => IsSocket(made.Type),
        IdentifierNameSyntax name => IsName(name),
        MemberAccessExpressionSyntax access => IsName(access.Name),
        ElementAccessExpressionSyntax element => Gives(element.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "WaitAsync" } access } => Gives(access.Expression),
        InvocationExpressionSyntax call => _making.Contains(NameOf(call)),
        DeclarationExpressionSyntax { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } } =>
            _givingOut.Contains(NameOf(call)) || (call.Expression is MemberAccessExpressionSyntax { Expression: { } on } && on.ToString().Split('.').Any(_holders.Contains)),
        _ => false,
    };

    private bool IsName(SimpleNameSyntax name) => _names.Contains(name.Identifier.ValueText) || _holders.Contains(name.Identifier.ValueText);

    private static string NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => "",
    };

    // Target-typed new says no type: it is that of what it is given to.
    private string TypeOf(BaseObjectCreationExpressionSyntax made)
    {
        var type = made switch
        {
            ObjectCreationExpressionSyntax said => said.Type,
            { Parent: EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax declared } } } => declared.Type,
            { Parent: EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } } => property.Type,
            { Parent: ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } } => property.Type,
            { Parent: ArrowExpressionClauseSyntax or ReturnStatementSyntax } => made.Ancestors().Select(Signature).FirstOrDefault(static one => one.Type is not null).Type,
            { Parent: AssignmentExpressionSyntax assigned } => _root.DescendantNodes().SelectMany(Declared)
                .FirstOrDefault(one => one.Name == assigned.Left.ToString().Split('.')[^1]).Type,
            _ => null,
        };
        return type?.ToString().TrimEnd('?').Split('.')[^1] ?? "";
    }
}
