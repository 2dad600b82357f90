namespace Quickwater.Generators;

/// <summary>An interface as the generated code needs it: plain values, so that an unchanged one makes no work.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Interface">Its name, whole.</param>
/// <param name="Name">The name that the generated types begin with: the interface's without its I.</param>
/// <param name="Accessibility">Its accessibility, which the generated types take over.</param>
/// <param name="Json">The application's <c>JsonSerializerContext</c>, whole.</param>
/// <param name="HasClient">Whether the project references the client library.</param>
/// <param name="HasHosting">Whether the project references the hosting library.</param>
/// <param name="IsDisposable">Whether it inherits <c>IDisposable</c>, which stays with the client.</param>
/// <param name="IsAsyncDisposable">Whether it inherits <c>IAsyncDisposable</c>, which stays with the client.</param>
/// <param name="Methods">Its methods.</param>
internal sealed record RpcService(
    string Namespace, string Interface, string Name, string Accessibility, string Json, bool HasClient, bool HasHosting, bool IsDisposable, bool IsAsyncDisposable,
    EquatableArray<RpcServiceMethod> Methods);
