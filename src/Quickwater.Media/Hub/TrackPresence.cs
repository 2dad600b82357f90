using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Which kinds of media a publication really sends: coded frames, not what configurations or metadata promise.</summary>
/// <param name="Audio">Whether audio came lately.</param>
/// <param name="Video">Whether video came lately.</param>
/// <param name="Since">When the first coded frame of either came; <see cref="Instant.Never"/> when none did.</param>
public readonly record struct TrackPresence(bool Audio, bool Video, Instant Since);
