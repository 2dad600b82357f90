using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What a sequence parameter set or header says of the pictures. All zero when it could not be read.</summary>
internal readonly record struct SequenceParameters(int Width, int Height, int BitDepth, int Chroma, double FrameRate)
{
    /// <summary>The size with what is cropped taken off, or nothing when that is no size.</summary>
    public static SequenceParameters Cropped(long width, long height, int bitDepth, int chroma, double frameRate) =>
        width is < 1 or > ushort.MaxValue || height is < 1 or > ushort.MaxValue
            ? default
            : new SequenceParameters((int)width, (int)height, bitDepth, chroma, frameRate);

    /// <summary>Puts it into what is told of a codec.</summary>
    public VideoCodecInfo On(VideoCodecInfo info) => Width == 0
        ? info
        : info with { Width = Width, Height = Height, BitDepth = BitDepth, Chroma = VideoCodecInfo.ChromaName(Chroma), FrameRate = FrameRate };
}
