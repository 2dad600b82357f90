namespace Quickwater.Rpc;

/// <summary>Says more of a method of a service than its declaration does.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcMethodAttribute : Attribute
{
    /// <summary>A method with the name on the wire that follows from its own.</summary>
    public RpcMethodAttribute()
    {
    }

    /// <summary>A method with a name of its own on the wire.</summary>
    /// <param name="name">The whole name, as it is called: 1 to 255 bytes of UTF-8, not beginning with <c>rpc.</c>.</param>
    public RpcMethodAttribute(string name) => Name = name;

    /// <summary>The whole name; null for the one that follows from the method's own.</summary>
    public string? Name { get; }

    /// <summary>
    /// Whether running it twice does what running it once does. Then the client makes a call again that was lost on its way or cut off, though it may have run.
    /// </summary>
    public bool Idempotent { get; set; }
}
