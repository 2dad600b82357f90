using Microsoft.CodeAnalysis;

namespace Quickwater.Generators;

/// <summary>What is said about interfaces that no code can be made from. docs/rpc.md has the list.</summary>
internal static class RpcDiagnostics
{
    public static readonly DiagnosticDescriptor Interface = Error(
        "QW1001", "Not an interface for RPC", "{0} cannot be a service: it must be a public or internal interface that is neither generic nor within another type");

    public static readonly DiagnosticDescriptor Member = Error(
        "QW1002", "Not a method", "{0} cannot be called: a service has methods only, not properties, events, indexers or static members");

    public static readonly DiagnosticDescriptor Generic = Error(
        "QW1003", "A generic method", "{0} cannot be called: a generic method has no one form on the wire");

    public static readonly DiagnosticDescriptor Returns = Error(
        "QW1004",
        "Not a return type for RPC",
        "{0} returns {1}: it must return Task, Task<T>, Task<RpcResult<T>>, the same with ValueTask, or IAsyncEnumerable<T>");

    public static readonly DiagnosticDescriptor Parameter = Error(
        "QW1005", "Not a parameter for RPC", "{0} of {1} cannot travel: it must be passed by value, and be neither a pointer nor a ref struct");

    public static readonly DiagnosticDescriptor Cancellation = Error(
        "QW1006", "Two cancellations", "{0} takes more than one CancellationToken; a call has one");

    public static readonly DiagnosticDescriptor SameName = Error(
        "QW1007", "Two methods of one name", "{0} has the same name on the wire as {1}, '{2}': name one of them with [RpcMethod]");

    public static readonly DiagnosticDescriptor BadName = Error(
        "QW1008", "Not a method's name", "'{0}' cannot be a method's name: 1 to 255 bytes of UTF-8, not beginning with 'rpc.'");

    public static readonly DiagnosticDescriptor Json = Error(
        "QW1009", "A type without JSON metadata", "{0} does not know {1}, which {2} needs: add [JsonSerializable(typeof({1}))] to it");

    public static readonly DiagnosticDescriptor Unused = new(
        "QW1010", "Nothing to generate for", "{0} is a service, but the project references neither Quickwater.Client nor Quickwater.Hosting, so nothing is generated",
        "Quickwater.Rpc", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor Framework = Error(
        "QW1011",
        "An interface of the framework",
        "{0} inherits {1}, whose members cannot be called over the wire: of the framework's interfaces only IDisposable and IAsyncDisposable may be inherited, which stay with the client");

    public static readonly DiagnosticDescriptor Dispose = Error(
        "QW1012",
        "A method that the language calls",
        "{0} would be called by `using` of a client and dispose the server's object: give it another name, or inherit IAsyncDisposable, which stays with the client");

    /// <summary>All of them, by id.</summary>
    public static readonly IReadOnlyDictionary<string, DiagnosticDescriptor> All =
        new[] { Interface, Member, Generic, Returns, Parameter, Cancellation, SameName, BadName, Json, Unused, Framework, Dispose }.ToDictionary(one => one.Id, StringComparer.Ordinal);

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Quickwater.Rpc", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
