using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Told what the server's sessions let pass on their connections, and what they cannot read: the server logs and counts from here. Called
/// within turns, so it must be quick and must not throw.
/// </summary>
public interface IRtmpObserver
{
    /// <summary>A handshake is complete.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="scheme">What both sides speak.</param>
    /// <param name="echoMatched">Whether C2 answered S1. False only when <see cref="RtmpServerOptions.StrictHandshake"/> is off.</param>
    void HandshakeDone(ConnectionInfo connection, HandshakeScheme scheme, bool echoMatched);

    /// <summary>A message of a type that means nothing here was skipped (RTMP-2.6).</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="type">Its type.</param>
    /// <param name="times">How many the connection has sent so far, of all such types.</param>
    void MessageSkipped(ConnectionInfo connection, RtmpMessageType type, long times);

    /// <summary>A command's AMF cannot be read: its connection ends with the error's code (RTMP-3.10).</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="stream">What it publishes or plays; else the application it connected to; empty before that.</param>
    /// <param name="error">What is wrong with it, and at which byte of the message.</param>
    void CommandUnreadable(ConnectionInfo connection, string stream, AmfError error);

    /// <summary>
    /// Somebody asked to publish or to play, and what came of it: told when all have had their say, access control, the hub and the limits (RTMP-15.5).
    /// </summary>
    /// <param name="request">What was asked; its parts are empty when the name cannot be used. Holds secrets.</param>
    /// <param name="identity">Whom access control took the asker for, if it said.</param>
    /// <param name="refusal"><see cref="Reason.None"/> when it has begun, or waits for its stream.</param>
    void Attempted(in AccessRequest request, string? identity, Reason refusal);
}
