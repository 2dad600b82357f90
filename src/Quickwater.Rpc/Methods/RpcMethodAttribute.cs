namespace Quickwater.Rpc;

/// <summary>Names a method of a service on the wire, instead of the name that follows from its own.</summary>
/// <param name="name">The whole name, as it is called: 1 to 255 bytes of UTF-8, not beginning with <c>rpc.</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcMethodAttribute(string name) : Attribute
{
    /// <summary>The whole name.</summary>
    public string Name { get; } = name;
}
