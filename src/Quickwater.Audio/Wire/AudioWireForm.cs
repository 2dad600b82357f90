using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// A station's frames as messages of this protocol: what all its clients share. The payload of a sound is the body of an audio message; that of a
/// configuration is a whole message already.
/// </summary>
public sealed class AudioWireForm : IWireForm
{
    private AudioWireForm()
    {
    }

    /// <summary>The one there is.</summary>
    public static AudioWireForm Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "audio";

    /// <inheritdoc/>
    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) => kind switch
    {
        FrameKind.Audio => AudioWire.HeaderBytes + payload.Length,
        FrameKind.Data => payload.Length,
        _ => 0,
    };

    /// <inheritdoc/>
    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (kind == FrameKind.Audio)
        {
            AudioMessageWriter.WriteHeader(destination, AudioMessageType.Audio, payload.Length);
            destination = destination[AudioWire.HeaderBytes..];
        }

        payload.CopyTo(destination);
    }
}
