using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Frames as FLV tags: what all HTTP-FLV and WebSocket-FLV viewers of a topic share.</summary>
public sealed class FlvWireForm : IWireForm
{
    private FlvWireForm()
    {
    }

    /// <summary>The one there is.</summary>
    public static FlvWireForm Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "flv";

    /// <inheritdoc/>
    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) =>
        FlvWriter.Measure(payload.Length);

    /// <inheritdoc/>
    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var type = kind switch
        {
            FrameKind.Audio => FlvTagType.Audio,
            FrameKind.Video => FlvTagType.Video,
            _ => FlvTagType.Script,
        };
        FlvWriter.Encode(destination, type, time.Wire32, payload);
    }
}
