namespace Quickwater.Rtmp;

/// <summary>
/// Where a handshake stands (RTMP 1.0, 5.2.1). The names are the server's: a client that waits for S0, S1 or S2 is in the
/// state of the same number.
/// </summary>
public enum HandshakeState
{
    /// <summary>Waiting for the peer's version byte.</summary>
    WaitingC0,

    /// <summary>Waiting for the peer's time and random bytes, whole.</summary>
    WaitingC1,

    /// <summary>Waiting for the peer's echo, whole.</summary>
    WaitingC2,

    /// <summary>Done: what follows are chunks.</summary>
    Complete,

    /// <summary>Over.</summary>
    Failed,
}
