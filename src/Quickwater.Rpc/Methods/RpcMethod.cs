using System.Text;

namespace Quickwater.Rpc;

/// <summary>A method of the table: what it takes, and what runs.</summary>
internal sealed class RpcMethod(string name, RpcPayloads accepts)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its name as it stands on the wire.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>The code, when it completes at once.</summary>
    public RpcInlineHandler? Inline { get; init; }

    /// <summary>The code, when it completes later. Without either it is the session's own.</summary>
    public IRpcHandler? Later { get; init; }

    /// <summary>Whether it gives a stream of items.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether it takes payloads of that encoding.</summary>
    public bool Accepts(RpcEncoding encoding) => (accepts & (encoding == RpcEncoding.Json ? RpcPayloads.Json : RpcPayloads.Binary)) != 0;
}
