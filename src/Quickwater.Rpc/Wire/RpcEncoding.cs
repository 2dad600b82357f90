namespace Quickwater.Rpc;

/// <summary>What a payload is. An answer has the encoding of its request.</summary>
public enum RpcEncoding
{
    /// <summary>One JSON value in UTF-8.</summary>
    Json,

    /// <summary>Bytes that only caller and method understand. Only on connections that negotiated extensions.</summary>
    Binary,
}
