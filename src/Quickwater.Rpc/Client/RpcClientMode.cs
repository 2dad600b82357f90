namespace Quickwater.Rpc;

/// <summary>What a client's connection speaks.</summary>
public enum RpcClientMode
{
    /// <summary>The server was asked for the extensions, or told who calls, and has not answered.</summary>
    Asking,

    /// <summary>The base protocol.</summary>
    Base,

    /// <summary>The extensions.</summary>
    Extended,
}
