namespace Quickwater.Rpc;

/// <summary>What came of reading an <see cref="RpcHeader"/>.</summary>
public enum RpcHeaderStatus
{
    /// <summary>It was read.</summary>
    Read,

    /// <summary>Fewer than <see cref="RpcHeader.Bytes"/> bytes: wait for more.</summary>
    TooShort,

    /// <summary>The bytes are no header: the stream cannot be trusted any further.</summary>
    WrongMagic,
}
