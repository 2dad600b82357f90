using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>What a media source has at this moment.</summary>
public enum MediaSourceStatus
{
    /// <summary>A frame that is due.</summary>
    Frame,

    /// <summary>Nothing yet; the next frame is due at the given instant, or a wake follows if that is <see cref="Instant.Never"/>.</summary>
    Later,

    /// <summary>Nothing ever again.</summary>
    Ended,
}
