namespace Quickwater.Rpc;

/// <summary>What came of <see cref="RpcFrameReader.Read"/>.</summary>
public enum RpcReadStatus
{
    /// <summary>No whole frame is there yet.</summary>
    NeedMore,

    /// <summary>A whole frame was read.</summary>
    Frame,

    /// <summary>A frame began whose body is too long. Only its header is given; reading on passes over its body, of which nothing is kept.</summary>
    TooLong,

    /// <summary>The input is no frame: <see cref="RpcFrameReader.Failure"/> tells why.</summary>
    Failed,
}
