using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>The codec id of a video tag without an extended header (FLV 10.1, E.4.3.1).</summary>
public enum FlvVideoCodec : byte
{
    /// <summary>None, or the header is extended and names a <see cref="FourCc"/>.</summary>
    None = 0,

    /// <summary>Sorenson H.263.</summary>
    SorensonH263 = 2,

    /// <summary>Screen video.</summary>
    Screen = 3,

    /// <summary>On2 VP6.</summary>
    Vp6 = 4,

    /// <summary>On2 VP6 with alpha.</summary>
    Vp6Alpha = 5,

    /// <summary>Screen video, version 2.</summary>
    Screen2 = 6,

    /// <summary>H.264.</summary>
    Avc = 7,

    /// <summary>H.265, as some encoders send it outside any specification; its tags are laid out like H.264's.</summary>
    Hevc = 12,
}
