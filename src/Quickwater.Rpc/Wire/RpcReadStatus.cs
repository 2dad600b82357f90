namespace Quickwater.Rpc;

/// <summary>What came of <see cref="RpcFrameReader.Read"/>.</summary>
public enum RpcReadStatus
{
    /// <summary>No whole frame is there yet.</summary>
    NeedMore,

    /// <summary>A whole frame was read.</summary>
    Frame,

    /// <summary>The input is no frame, or one that is too long: <see cref="RpcFrameReader.Failure"/> tells which.</summary>
    Failed,
}
