using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>How many frames of each kind. Subtract two running counts to get what lies between them.</summary>
internal readonly record struct Tally(long Audio, long Video, long Data)
{
    internal long Frames => Audio + Video + Data;

    internal Tally Plus(FrameKind kind) => kind switch
    {
        FrameKind.Audio => this with { Audio = Audio + 1 },
        FrameKind.Video => this with { Video = Video + 1 },
        _ => this with { Data = Data + 1 },
    };

    public static Tally operator -(in Tally to, in Tally from) => new(to.Audio - from.Audio, to.Video - from.Video, to.Data - from.Data);
}
