using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Quickwater.Generators;

/// <summary>Something to tell the programmer, as a value.</summary>
internal sealed record RpcDiagnostic(string Id, string Path, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    /// <summary>Makes one at the place where a symbol is declared in source.</summary>
    public static RpcDiagnostic At(Location? location, DiagnosticDescriptor what, params string[] arguments) => new(
        what.Id, location?.SourceTree?.FilePath ?? "", location?.SourceSpan ?? default, location?.GetLineSpan().Span ?? default,
        new EquatableArray<string>([.. arguments]));

    /// <summary>As the compiler takes it.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        RpcDiagnostics.All[Id], Path.Length > 0 ? Location.Create(Path, Span, Lines) : Location.None, [.. Arguments]);
}
