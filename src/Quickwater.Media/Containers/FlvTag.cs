using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>A whole FLV tag as it was read. Whoever takes it owns <see cref="Payload"/>.</summary>
/// <param name="Type">The tag type; may be a number that has no name.</param>
/// <param name="Timestamp">Milliseconds; all 32 bits are used.</param>
/// <param name="Payload">The body; may be empty.</param>
public readonly record struct FlvTag(FlvTagType Type, uint Timestamp, PooledBytes Payload);
