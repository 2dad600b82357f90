using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>The type of an FLV tag (FLV 10.1, E.4.1): the same numbers as RTMP's message types.</summary>
public enum FlvTagType : byte
{
    /// <summary>Audio.</summary>
    Audio = 8,

    /// <summary>Video.</summary>
    Video = 9,

    /// <summary>Data in AMF0, such as <c>onMetaData</c>.</summary>
    Script = 18,
}
