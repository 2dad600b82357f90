using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What an audio tag carries, in Enhanced RTMP's numbers (v2, ExAudioTagHeader). The packet types of plain AAC tags have the same first two.
/// </summary>
public enum FlvAudioPacketType : byte
{
    /// <summary>The decoder's configuration.</summary>
    SequenceStart = 0,

    /// <summary>Coded sound.</summary>
    CodedFrames = 1,

    /// <summary>The sequence ends.</summary>
    SequenceEnd = 2,

    /// <summary>Which channel is which loudspeaker.</summary>
    MultichannelConfig = 4,

    /// <summary>Several tracks. Resolved by <see cref="FlvAudioHeader"/> to the type of its tracks.</summary>
    Multitrack = 5,

    /// <summary>Modifiers come first. Resolved by <see cref="FlvAudioHeader"/> to the type behind them.</summary>
    ModEx = 7,
}
