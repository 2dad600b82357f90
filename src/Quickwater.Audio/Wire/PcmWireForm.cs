using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// A station's frames as bare samples, with nothing between them. Formats and titles are left out: who wants this form is told of them
/// (<see cref="SubscribeOptions.TellsConfigs"/>).
/// </summary>
public sealed class PcmWireForm : IWireForm
{
    private PcmWireForm()
    {
    }

    /// <summary>The one there is.</summary>
    public static PcmWireForm Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "pcm";

    /// <inheritdoc/>
    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) =>
        kind == FrameKind.Audio ? payload.Length - AudioWire.AudioPrefixBytes : 0;

    /// <inheritdoc/>
    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination) =>
        payload[AudioWire.AudioPrefixBytes..].CopyTo(destination);
}
