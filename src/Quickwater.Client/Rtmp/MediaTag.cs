using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>One message of media as a player gives it.</summary>
/// <param name="Type">Audio, video or script data.</param>
/// <param name="Milliseconds">
/// Its time, from the first frame on. It goes on over the wrap of RTMP's 32 bits, over breaks of the stream, and over reconnects, by as much as
/// the break was long; it is never negative. Configurations and metadata have the time of what came before them.
/// </param>
/// <param name="Body">The body of an FLV tag or RTMP message. Valid until the next tag is asked for: copy what you keep.</param>
public readonly record struct MediaTag(FlvTagType Type, long Milliseconds, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether it is a decoder's configuration: it comes first, and again after every break.</summary>
    public bool IsConfig => Type switch
    {
        FlvTagType.Video => FlvVideoHeader.Parse(Body.Span).IsConfig,
        FlvTagType.Audio => FlvAudioHeader.Parse(Body.Span).IsConfig,
        _ => false,
    };

    /// <summary>Whether it is a video frame from which decoding can begin, as its tag says.</summary>
    public bool IsKey => Type == FlvTagType.Video && FlvVideoHeader.Parse(Body.Span).IsKey;
}
