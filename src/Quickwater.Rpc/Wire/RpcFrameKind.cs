namespace Quickwater.Rpc;

/// <summary>
/// The first byte of an extended body. JSON text cannot begin with any of them, so both kinds of bodies may share a connection.
/// docs/wire/rpc.md has the layouts.
/// </summary>
internal enum RpcFrameKind : byte
{
    /// <summary>Client: a call.</summary>
    Call = 0x01,

    /// <summary>Client: the call of this id is not wanted any more.</summary>
    Cancel = 0x02,

    /// <summary>Client: the stream of this id may send more bytes.</summary>
    Credit = 0x03,

    /// <summary>Server: the call's result; a stream's end.</summary>
    Result = 0x04,

    /// <summary>Server: the call's error.</summary>
    Error = 0x05,

    /// <summary>Server: one item of a stream.</summary>
    Item = 0x06,

    /// <summary>Server: no more calls on this connection, and the id of the last that it accepted.</summary>
    Drain = 0x07,
}
