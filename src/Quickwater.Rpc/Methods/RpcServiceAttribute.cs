using System.Text.Json.Serialization;

namespace Quickwater.Rpc;

/// <summary>
/// Marks an interface from which Quickwater.Generators makes a typed client and a server stub. docs/rpc.md says which methods it may have.
/// </summary>
/// <typeparam name="TJson">The application's source-generated context, which must name every type of the parameters and results.</typeparam>
/// <param name="name">The service's name: <c>AddAsync</c> of "calculator" is called as <c>calculator.add</c>.</param>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class RpcServiceAttribute<TJson>(string name) : Attribute
    where TJson : JsonSerializerContext
{
    /// <summary>The service's name.</summary>
    public string Name { get; } = name;
}
