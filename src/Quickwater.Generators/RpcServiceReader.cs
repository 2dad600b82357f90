using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Quickwater.Generators;

/// <summary>Reads an interface: what the generated code needs of it, or what is wrong with it.</summary>
internal sealed class RpcServiceReader(GeneratorAttributeSyntaxContext found, CancellationToken cancel)
{
    private const int NameBytesMax = 255;
    private const string ReservedPrefix = "rpc.";
    private const string Disposable = "System.IDisposable";
    private const string AsyncDisposable = "System.IAsyncDisposable";

    private static readonly SymbolDisplayFormat Whole = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private readonly INamedTypeSymbol _interface = (INamedTypeSymbol)found.TargetSymbol;
    private readonly Compilation _compilation = found.SemanticModel.Compilation;
    private readonly List<RpcDiagnostic> _diagnostics = [];
    private readonly HashSet<ISymbol> _known = new(SymbolEqualityComparer.Default);
    private INamedTypeSymbol? _json;

    /// <summary>Reads it.</summary>
    public RpcReading Read()
    {
        var attribute = found.Attributes[0];
        var name = attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
        if (attribute.AttributeClass?.TypeArguments[0] is not INamedTypeSymbol json || json.TypeKind == TypeKind.Error)
        {
            return Finish(null); // the compiler says it
        }

        _json = json;
        ReadKnown();
        if (_interface.IsGenericType || _interface.ContainingType is not null || _interface.IsFileLocal)
        {
            Tell(_interface, RpcDiagnostics.Interface, _interface.Name);
            return Finish(null);
        }

        var methods = ReadMethods(name);
        var hasClient = _compilation.GetTypeByMetadataName("Quickwater.Client.RpcClient") is not null;
        var hasHosting = _compilation.GetTypeByMetadataName("Quickwater.Hosting.RpcTaskMethods") is not null;
        if (!hasClient && !hasHosting)
        {
            Tell(_interface, RpcDiagnostics.Unused, _interface.Name);
            return Finish(null);
        }

        return Finish(new RpcService(
            _interface.ContainingNamespace.IsGlobalNamespace ? "" : _interface.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
            _interface.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Stem(_interface.Name),
            _interface.DeclaredAccessibility == Accessibility.Public ? "public" : "internal",
            json.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            hasClient, hasHosting, Inherits(Disposable), Inherits(AsyncDisposable), methods));
    }

    private static string Stem(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name;

    // AddAsync of "calculator" is "calculator.add".
    private static string WireName(string service, string method)
    {
        const string suffix = "Async";
        var stem = method.EndsWith(suffix, StringComparison.Ordinal) && method.Length > suffix.Length ? method.Substring(0, method.Length - suffix.Length) : method;
        return $"{service}.{char.ToLowerInvariant(stem[0])}{stem.Substring(1)}";
    }

    // Without errors only: what is made from half an interface would only add errors that say nothing.
    private RpcReading Finish(RpcService? service) => new(
        _diagnostics.Count == 0 ? service : null, new EquatableArray<RpcDiagnostic>([.. _diagnostics]));

    private void Tell(ISymbol where, DiagnosticDescriptor what, params string[] arguments)
    {
        // What an interface inherits from another assembly is told at the interface itself.
        var location = where.Locations.FirstOrDefault(one => one.IsInSource) ?? _interface.Locations.FirstOrDefault();
        _diagnostics.Add(RpcDiagnostic.At(location, what, arguments));
    }

    private void ReadKnown()
    {
        foreach (var attribute in _json?.GetAttributes() ?? [])
        {
            if (attribute.AttributeClass?.ToDisplayString() == "System.Text.Json.Serialization.JsonSerializableAttribute"
                && attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0].Value is ITypeSymbol type)
            {
                _known.Add(type);
            }
        }
    }

    private EquatableArray<RpcServiceMethod> ReadMethods(string service)
    {
        var methods = new List<RpcServiceMethod>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var framework in _interface.AllInterfaces.Where(one => IsOfFramework(one) && one.ToDisplayString() is not (Disposable or AsyncDisposable)))
        {
            Tell(_interface, RpcDiagnostics.Framework, _interface.Name, framework.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
        }

        foreach (var member in _interface.AllInterfaces.Reverse().Append(_interface).Where(one => !IsOfFramework(one)).SelectMany(one => one.GetMembers()))
        {
            cancel.ThrowIfCancellationRequested();
            if (!member.IsAbstract || member is IMethodSymbol { AssociatedSymbol: not null } || member is ITypeSymbol)
            {
                continue; // it has code of its own, or belongs to a property or event that is told
            }

            if (member is not IMethodSymbol { IsStatic: false, MethodKind: MethodKind.Ordinary } method)
            {
                Tell(member, RpcDiagnostics.Member, member.Name);
                continue;
            }

            if (ReadMethod(method, service, names) is { } read)
            {
                var id = read.Name;
                for (var i = 2; !ids.Add(id); i++)
                {
                    id = $"{read.Name}{i}_";
                }

                methods.Add(read with { Id = id });
            }
        }

        return new EquatableArray<RpcServiceMethod>([.. methods]);
    }

    private bool Inherits(string name) => _interface.AllInterfaces.Any(one => one.ToDisplayString() == name);

    private static bool IsOfFramework(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace.ToDisplayString();
        return space is "System" or "Microsoft" || space.StartsWith("System.", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal);
    }

    private RpcServiceMethod? ReadMethod(IMethodSymbol method, string service, Dictionary<string, string> names)
    {
        if (method.IsGenericMethod)
        {
            Tell(method, RpcDiagnostics.Generic, method.Name);
            return null;
        }

        if (method is { Name: "Dispose" or "DisposeAsync", Parameters.Length: 0 })
        {
            Tell(method, RpcDiagnostics.Dispose, method.Name);
            return null;
        }

        var wireName = NameByAttribute(method) ?? WireName(service, method.Name);
        if (Encoding.UTF8.GetByteCount(wireName) is 0 or > NameBytesMax || wireName.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            Tell(method, RpcDiagnostics.BadName, wireName);
        }
        else if (names.TryGetValue(wireName, out var other))
        {
            Tell(method, RpcDiagnostics.SameName, method.Name, other, wireName);
        }
        else
        {
            names.Add(wireName, method.Name);
        }

        if (ReadShape(method) is not var (shape, result))
        {
            Tell(method, RpcDiagnostics.Returns, method.Name, method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
            return null;
        }

        return new RpcServiceMethod(
            Escaped(method.Name), wireName, "", shape, method.ReturnType.ToDisplayString(Whole), result is null ? null : Json(result, method, method), IsIdempotent(method),
            ReadParameters(method));
    }

    private static AttributeData? Attribute(IMethodSymbol method) =>
        method.GetAttributes().FirstOrDefault(one => one.AttributeClass?.ToDisplayString() == "Quickwater.Rpc.RpcMethodAttribute");

    private static string? NameByAttribute(IMethodSymbol method) =>
        Attribute(method) is { ConstructorArguments.Length: 1 } attribute ? attribute.ConstructorArguments[0].Value as string ?? "" : null;

    private static bool IsIdempotent(IMethodSymbol method) =>
        Attribute(method)?.NamedArguments.Any(one => one is { Key: "Idempotent", Value.Value: true }) ?? false;

    private static (RpcShape Shape, ITypeSymbol? Result)? ReadShape(IMethodSymbol method)
    {
        if (method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType is not INamedTypeSymbol type)
        {
            return null;
        }

        var inner = type.TypeArguments.FirstOrDefault();
        return type.OriginalDefinition.ToDisplayString() switch
        {
            "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask" => (RpcShape.Nothing, null),
            "System.Threading.Tasks.Task<TResult>" or "System.Threading.Tasks.ValueTask<TResult>" =>
                inner is INamedTypeSymbol result && result.OriginalDefinition.ToDisplayString() == "Quickwater.Rpc.RpcResult<T>"
                    ? (RpcShape.Result, result.TypeArguments[0])
                    : (RpcShape.Value, inner),
            "System.Collections.Generic.IAsyncEnumerable<T>" => (RpcShape.Stream, inner),
            _ => null,
        };
    }

    private EquatableArray<RpcParameter> ReadParameters(IMethodSymbol method)
    {
        var parameters = ImmutableArray.CreateBuilder<RpcParameter>();
        var cancellations = 0;
        foreach (var parameter in method.Parameters)
        {
            if (parameter.Type.ToDisplayString() == "System.Threading.CancellationToken" && parameter.RefKind == RefKind.None)
            {
                cancellations++;
                parameters.Add(new RpcParameter(parameter.Name, null, parameter.HasExplicitDefaultValue ? "default" : null));
            }
            else if (parameter.RefKind != RefKind.None || parameter.Type.IsRefLikeType || parameter.Type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer)
            {
                Tell(parameter, RpcDiagnostics.Parameter, parameter.Name, method.Name);
            }
            else
            {
                parameters.Add(new RpcParameter(parameter.Name, Json(parameter.Type, parameter, method), DefaultOf(parameter)));
            }
        }

        if (cancellations > 1)
        {
            Tell(method, RpcDiagnostics.Cancellation, method.Name);
        }

        return new EquatableArray<RpcParameter>(parameters.ToImmutable());
    }

    private static string? DefaultOf(IParameterSymbol parameter)
    {
        if (!parameter.HasExplicitDefaultValue)
        {
            return null;
        }

        // The default of a T? is a constant of T.
        var bare = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : parameter.Type;
        var type = bare.ToDisplayString(Whole);
        return parameter.ExplicitDefaultValue switch
        {
            null => "default",
            string text => SymbolDisplay.FormatLiteral(text, quote: true),
            char letter => SymbolDisplay.FormatLiteral(letter, quote: true),
            bool truth => truth ? "true" : "false",
            float or double => $"({type}){Number(parameter.ExplicitDefaultValue)}",
            var value => bare.TypeKind == TypeKind.Enum || value is not int
                ? $"({type})({SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false)}{(value is decimal ? "m" : "")})"
                : SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
        };
    }

    private static string Number(object value) => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) switch
    {
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        var number => $"({number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}D)",
    };

    private static string Escaped(string name) => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? $"@{name}" : name;

    private RpcJsonType Json(ITypeSymbol type, ISymbol where, IMethodSymbol method)
    {
        var plain = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        if (!_known.Contains(plain) && type.TypeKind != TypeKind.Error)
        {
            Tell(where, RpcDiagnostics.Json, _json?.Name ?? "", plain.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat), method.Name);
        }

        var isNullable = type.NullableAnnotation == NullableAnnotation.Annotated
            || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
            || (type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.None);
        return new RpcJsonType(type.ToDisplayString(Whole), plain.ToDisplayString(Whole), isNullable);
    }
}
