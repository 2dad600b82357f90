using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>A media message as a viewer got it: enough to tell whether two are the same, byte for byte.</summary>
/// <param name="Type">Audio, video or data.</param>
/// <param name="Timestamp">Milliseconds.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Hash">The first 8 bytes of the body's SHA-256.</param>
/// <param name="IsConfig">A decoder configuration or metadata, which a joiner gets from the cache.</param>
/// <param name="IsKey">A key frame, where a joiner may start.</param>
internal readonly record struct Tag(FlvTagType Type, uint Timestamp, int Length, ulong Hash, bool IsConfig, bool IsKey);
