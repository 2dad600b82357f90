namespace Quickwater.Rtmp;

/// <summary>
/// The form of a handshake. The specification has the simple one only; Flash's digest ("complex") handshake signs its packets, and has two
/// layouts, whose numbers are the field's.
/// </summary>
public enum HandshakeScheme
{
    /// <summary>Random bytes and their echo (RTMP 1.0, 5.2).</summary>
    Simple,

    /// <summary>Digests, in packets that have the key block before the digest block.</summary>
    DigestSchema0,

    /// <summary>Digests, in packets that have the digest block before the key block: what FFmpeg, librtmp and SRS send.</summary>
    DigestSchema1,
}
