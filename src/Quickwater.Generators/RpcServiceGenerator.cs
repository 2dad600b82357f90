using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Quickwater.Generators;

/// <summary>
/// Makes a typed client and a server stub for every interface that is marked with <c>[RpcService&lt;TJson&gt;("name")]</c>. An edit elsewhere makes no
/// new code: what is read from an interface is compared as a value.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class RpcServiceGenerator : IIncrementalGenerator
{
    internal const string ReadStep = "RpcServices";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var readings = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Quickwater.Rpc.RpcServiceAttribute`1",
            static (node, _) => node is InterfaceDeclarationSyntax,
            static (found, cancel) => new RpcServiceReader(found, cancel).Read())
            .WithTrackingName(ReadStep);
        context.RegisterSourceOutput(readings, static (output, reading) =>
        {
            foreach (var diagnostic in reading.Diagnostics)
            {
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            }

            if (reading.Service is { } service)
            {
                var name = service.Interface.Replace("global::", "").Replace("@", "");
                output.AddSource($"{name}.g.cs", SourceText.From(RpcServiceWriter.Write(service), Encoding.UTF8));
            }
        });
    }
}
