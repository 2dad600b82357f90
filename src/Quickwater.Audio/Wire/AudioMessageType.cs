namespace Quickwater.Audio;

/// <summary>The first byte of every message; docs/wire/audio.md.</summary>
public enum AudioMessageType : byte
{
    /// <summary>Client: who it is and what it wants. Always the first message.</summary>
    Hello = 1,

    /// <summary>Server: the hello is accepted.</summary>
    Accept = 2,

    /// <summary>Server: it is not, and why; the connection ends.</summary>
    Refuse = 3,

    /// <summary>Client: what stations are there?</summary>
    List = 4,

    /// <summary>Server: these.</summary>
    Stations = 5,

    /// <summary>Server: what the samples that follow are.</summary>
    Format = 6,

    /// <summary>Server: samples.</summary>
    Audio = 7,

    /// <summary>Server: what is playing.</summary>
    Metadata = 8,

    /// <summary>Server: something happened to the stream or to the connection.</summary>
    Notice = 9,

    /// <summary>Either: are you there, and what time is it with you?</summary>
    Ping = 10,

    /// <summary>Either: the answer.</summary>
    Pong = 11,
}
