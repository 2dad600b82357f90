namespace Quickwater.Rtmp;

/// <summary>Where an RTMP connection stands (RTMP-4.9). It only moves forward, but for a return to <see cref="Connected"/>.</summary>
public enum RtmpSessionState
{
    /// <summary>The transport is connected; nothing was received yet.</summary>
    Connecting,

    /// <summary>The handshake is under way.</summary>
    Handshaking,

    /// <summary>The handshake is complete; no message stream publishes or plays.</summary>
    Connected,

    /// <summary>A message stream publishes.</summary>
    Publishing,

    /// <summary>A message stream plays, or waits for its stream.</summary>
    Subscribing,

    /// <summary>It is over.</summary>
    Disconnected,
}
