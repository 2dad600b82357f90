using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// How frames look on one wire: RTMP chunks, FLV tags, audio frames. Encoding does not depend on the viewer, so it is done once for
/// all of them. Stateless and thread-safe: each frame is encoded on its own, so that any of them may be left out.
/// </summary>
public interface IWireForm
{
    /// <summary>Its name in metrics.</summary>
    string Name { get; }

    /// <summary>Bytes that <see cref="Encode"/> will write; 0 leaves the frame out of this form.</summary>
    int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload);

    /// <summary>Writes the frame into a span of exactly the measured length.</summary>
    void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination);
}
