using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>
/// A whole message as it was received. Whoever takes it owns <see cref="Payload"/>: it passes the ownership on (to a frame) or releases it.
/// </summary>
/// <param name="Type">The message type; may be a number that has no name.</param>
/// <param name="Timestamp">Milliseconds, modulo 2^32, on the sender's time line.</param>
/// <param name="MessageStreamId">The message stream it belongs to; 0 is the connection itself.</param>
/// <param name="ChunkStreamId">The chunk stream that carried it.</param>
/// <param name="Payload">The body; may be empty.</param>
public readonly record struct RtmpMessage(
    RtmpMessageType Type, uint Timestamp, uint MessageStreamId, int ChunkStreamId, PooledBytes Payload);
