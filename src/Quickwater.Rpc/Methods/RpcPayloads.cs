namespace Quickwater.Rpc;

/// <summary>The encodings that a method takes.</summary>
[Flags]
public enum RpcPayloads
{
    /// <summary>None: not a method.</summary>
    None = 0,

    /// <summary>JSON values.</summary>
    Json = 1,

    /// <summary>Bytes.</summary>
    Binary = 2,
}
