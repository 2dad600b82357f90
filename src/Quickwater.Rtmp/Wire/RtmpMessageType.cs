namespace Quickwater.Rtmp;

/// <summary>The type of a message (RTMP 1.0, 5.4, 6.2 and 7.1). A peer may send any other number; those are skipped.</summary>
public enum RtmpMessageType : byte
{
    /// <summary>The size of the chunks that follow from its sender. Applied by <see cref="ChunkReader"/>.</summary>
    SetChunkSize = 1,

    /// <summary>Discards the unfinished message of a chunk stream. Applied by <see cref="ChunkReader"/>.</summary>
    Abort = 2,

    /// <summary>How many bytes the sender received so far.</summary>
    Acknowledgement = 3,

    /// <summary>A user control event: see <see cref="UserControlMessage"/>.</summary>
    UserControl = 4,

    /// <summary>The window after which the sender wants acknowledgements. Applied by <see cref="ChunkReader"/>.</summary>
    WindowAckSize = 5,

    /// <summary>Asks the receiver to bound its unacknowledged output.</summary>
    SetPeerBandwidth = 6,

    /// <summary>Audio: the body of an FLV audio tag.</summary>
    Audio = 8,

    /// <summary>Video: the body of an FLV video tag.</summary>
    Video = 9,

    /// <summary>Data in AMF3 (with AMF0 inside, behind a leading zero).</summary>
    DataAmf3 = 15,

    /// <summary>A shared object event in AMF3.</summary>
    SharedObjectAmf3 = 16,

    /// <summary>A command in AMF3 (with AMF0 inside, behind a leading zero).</summary>
    CommandAmf3 = 17,

    /// <summary>Data in AMF0, such as <c>onMetaData</c>.</summary>
    DataAmf0 = 18,

    /// <summary>A shared object event in AMF0.</summary>
    SharedObjectAmf0 = 19,

    /// <summary>A command in AMF0.</summary>
    CommandAmf0 = 20,

    /// <summary>Several messages in one: see <see cref="AggregateReader"/>.</summary>
    Aggregate = 22,
}
