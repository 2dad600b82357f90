using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Frames as RTMP messages in chunks of one size, each with a full header: what all RTMP viewers of a topic share. The message stream
/// id is <see cref="MessageStream"/>; a viewer on another one has it patched.
/// </summary>
/// <param name="chunkSize">The chunk size that every viewer was told.</param>
public sealed class RtmpWireForm(int chunkSize) : IWireForm
{
    /// <summary>The message stream id in the encoded bytes: the one that the first createStream of a connection gets.</summary>
    public const uint MessageStream = 1;

    /// <inheritdoc/>
    public string Name => "rtmp";

    /// <summary>The chunk size.</summary>
    public int ChunkSize => chunkSize;

    /// <inheritdoc/>
    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) =>
        ChunkEncoder.Measure(payload.Length, chunkSize, ChunkEncoder.IsExtended(time.Wire32));

    /// <inheritdoc/>
    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var (chunkStream, type) = kind switch
        {
            FrameKind.Audio => (ChunkWriter.AudioChunkStream, RtmpMessageType.Audio),
            FrameKind.Video => (ChunkWriter.VideoChunkStream, RtmpMessageType.Video),
            _ => (ChunkWriter.DataChunkStream, RtmpMessageType.DataAmf0),
        };
        ChunkEncoder.Encode(destination, chunkStream, type, time.Wire32, MessageStream, payload, chunkSize);
    }
}
