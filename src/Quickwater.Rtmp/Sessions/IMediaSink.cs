using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>Where a playing client leaves what it receives. Called in the client's turn: it must not block.</summary>
public interface IMediaSink
{
    /// <summary>
    /// Whether it can take no more for now. Nothing is read from the server then, so that the server sees a slow viewer and drops by its
    /// rules; the sink wakes the connection when it has room again.
    /// </summary>
    bool IsFull => false;

    /// <summary>The server confirmed that playing starts.</summary>
    void Started(Instant now);

    /// <summary>A media message; the payload is the sink's to release.</summary>
    void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now);

    /// <summary>The publisher ended; another may come.</summary>
    void StreamEnded(Instant now);
}
