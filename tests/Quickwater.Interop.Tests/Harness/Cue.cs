using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>A media message that a publisher sends at a moment, with a time that need not be that moment.</summary>
/// <param name="At">When it is sent, in milliseconds from the publisher's start.</param>
/// <param name="Type">Audio, video or data.</param>
/// <param name="Time">The time that it says, in milliseconds; its low 32 bits go out.</param>
/// <param name="Body">What it carries.</param>
internal sealed record Cue(long At, FlvTagType Type, long Time, byte[] Body)
{
    /// <summary>Whether it configures a decoder.</summary>
    public bool IsConfig => Type switch
    {
        FlvTagType.Audio => FlvAudioHeader.Parse(Body).IsConfig,
        FlvTagType.Video => FlvVideoHeader.Parse(Body).IsConfig,
        _ => false,
    };
}
