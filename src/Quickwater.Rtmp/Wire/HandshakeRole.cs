namespace Quickwater.Rtmp;

/// <summary>Which side of a handshake this is.</summary>
public enum HandshakeRole
{
    /// <summary>Waits for the peer's first byte.</summary>
    Server,

    /// <summary>Speaks first.</summary>
    Client,
}
