namespace Quickwater.Rtmp;

/// <summary>The event of a user control message (RTMP 1.0, 7.1.7). A peer may send any other number; those are skipped.</summary>
public enum UserControlEvent : ushort
{
    /// <summary>A message stream can be used.</summary>
    StreamBegin = 0,

    /// <summary>The playback of a message stream is over.</summary>
    StreamEof = 1,

    /// <summary>There is no more data on a message stream for now.</summary>
    StreamDry = 2,

    /// <summary>The client's buffer for a message stream, in milliseconds.</summary>
    SetBufferLength = 3,

    /// <summary>A message stream is a recorded one.</summary>
    StreamIsRecorded = 4,

    /// <summary>Asks for a <see cref="PingResponse"/> with the same value.</summary>
    PingRequest = 6,

    /// <summary>The answer to a <see cref="PingRequest"/>.</summary>
    PingResponse = 7,
}
