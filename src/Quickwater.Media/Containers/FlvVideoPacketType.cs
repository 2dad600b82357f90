using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What a video tag carries, in Enhanced RTMP's numbers (v2, ExVideoTagHeader). The packet types of plain H.264 tags have the same
/// first three.
/// </summary>
public enum FlvVideoPacketType : byte
{
    /// <summary>The decoder's configuration.</summary>
    SequenceStart = 0,

    /// <summary>Coded pictures, with a composition time where the codec has one.</summary>
    CodedFrames = 1,

    /// <summary>The sequence ends.</summary>
    SequenceEnd = 2,

    /// <summary>Coded pictures whose composition time is 0.</summary>
    CodedFramesX = 3,

    /// <summary>AMF metadata, such as <c>colorInfo</c>.</summary>
    Metadata = 4,

    /// <summary>The decoder's configuration in MPEG-2 TS form.</summary>
    Mpeg2TsSequenceStart = 5,

    /// <summary>Several tracks. Resolved by <see cref="FlvVideoHeader"/> to the type of its tracks.</summary>
    Multitrack = 6,

    /// <summary>Modifiers come first. Resolved by <see cref="FlvVideoHeader"/> to the type behind them.</summary>
    ModEx = 7,
}
