namespace Quickwater.Server;

/// <summary>The values of <c>rtmp.handshake</c>: what becomes of a client whose C2 does not answer S1.</summary>
public enum HandshakeCheck
{
    /// <summary>It is let in, and noted.</summary>
    Tolerant,

    /// <summary>It is refused.</summary>
    Strict,
}
