namespace Quickwater.Rpc;

/// <summary>
/// The code of an error, on the wire as it stands here. The first five are those of JSON-RPC 2.0, section 5.1, and the rest lie in the range
/// that it leaves to servers. Every other number is the application's own.
/// </summary>
public enum RpcErrorCode
{
    /// <summary>The body is not JSON, or not a body of this protocol.</summary>
    ParseError = -32700,

    /// <summary>The body is JSON, but not an object with a <c>method</c>.</summary>
    InvalidRequest = -32600,

    /// <summary>There is no such method.</summary>
    MethodNotFound = -32601,

    /// <summary>The method does not take these parameters.</summary>
    InvalidParams = -32602,

    /// <summary>The method failed: the server's log has the exception.</summary>
    InternalError = -32603,

    /// <summary>The time for the call ran out: the caller's, or the server's own limit.</summary>
    DeadlineExceeded = -32001,

    /// <summary>The caller cancelled it.</summary>
    Cancelled = -32002,

    /// <summary>The server has all the calls under way that it may have. It did not run.</summary>
    Overloaded = -32003,

    /// <summary>The result, or an item of it, is longer than allowed.</summary>
    ResultTooLarge = -32004,

    /// <summary>The server drains: it takes no more calls. It did not run.</summary>
    Draining = -32005,

    /// <summary>The method does not take this encoding, or does not stream, or has to. It did not run.</summary>
    Unsupported = -32006,

    /// <summary>The caller has not authenticated, or its token is not accepted. It did not run.</summary>
    Unauthenticated = -32007,

    /// <summary>Too many failed attempts to authenticate came from the caller's address: later again. It did not run.</summary>
    TooManyAttempts = -32008,

    /// <summary>The body of the call is longer than the server takes: the message has both numbers. It did not run.</summary>
    RequestTooLarge = -32009,

    /// <summary>The server ended the connection before the method was over, as at the end of a drain's grace.</summary>
    Interrupted = -32010,

    /// <summary>No connection could be made or kept. Never on the wire: the client's own.</summary>
    ConnectionLost = -32050,

    /// <summary>The answer breaks the protocol. Never on the wire: the client's own.</summary>
    MalformedAnswer = -32051,
}
