using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What a video decoder's configuration says, for people and statistics. The relay does not depend on it.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Name">The codec with its profile and level as browsers name it (RFC 6381; for H.265 ISO/IEC 14496-15, E.3).</param>
public sealed record VideoCodecInfo(FourCc Codec, string Name)
{
    /// <summary>The profile by its name in the codec's specification; its number when it is none we know.</summary>
    public string Profile { get; init; } = "";

    /// <summary>The level as people write it: <c>3.1</c>. Empty when it is not said.</summary>
    public string Level { get; init; } = "";

    /// <summary>Whether it is of H.265's or AV1's high tier.</summary>
    public bool IsHighTier { get; init; }

    /// <summary>Picture width in pixels, cropped; 0 when it could not be read.</summary>
    public int Width { get; init; }

    /// <summary>Picture height in pixels, cropped; 0 when it could not be read.</summary>
    public int Height { get; init; }

    /// <summary>Frames per second, where the configuration says so; else 0. H.264 and H.265 say it as a hint.</summary>
    public double FrameRate { get; init; }

    /// <summary>Bits of a luma sample; 0 when it could not be read.</summary>
    public int BitDepth { get; init; }

    /// <summary>How colour is sampled: <c>4:2:0</c>, <c>4:0:0</c> for none at all; empty when it could not be read.</summary>
    public string Chroma { get; init; } = "";

    /// <summary>Bytes of the length before each NAL unit, 1 to 4; 0 when the codec has none.</summary>
    public int NalLengthBytes { get; init; }

    /// <summary>
    /// Reads the configuration in the body of a video tag or message with <see cref="FlvVideoHeader.IsConfig"/>. Null when it is no codec we read or
    /// not its configuration.
    /// </summary>
    public static VideoCodecInfo? Read(ReadOnlySpan<byte> body)
    {
        var header = FlvVideoHeader.Parse(body);
        if (header.PacketType != FlvVideoPacketType.SequenceStart)
        {
            return null;
        }

        var record = body[header.Length..];
        VideoCodecInfo? info = null;
        return header.FourCc switch
        {
            var codec when codec == FourCc.Avc => AvcConfiguration.TryParse(record, out info) ? info : null,
            var codec when codec == FourCc.Hevc => HevcConfiguration.TryParse(record, out info) ? info : null,
            var codec when codec == FourCc.Av1 => Av1Configuration.TryParse(record, out info) ? info : null,
            var codec when codec == FourCc.Vp9 => Vp9Configuration.TryParse(record, out info) ? info : null,
            _ => info,
        };
    }

    /// <summary>The name of a chroma_format_idc, which H.264, H.265 and our other readers share.</summary>
    internal static string ChromaName(int format) => format switch { 0 => "4:0:0", 1 => "4:2:0", 2 => "4:2:2", 3 => "4:4:4", _ => "" };

    /// <summary>Frames per second from a clock; 0 when that makes no sense.</summary>
    internal static double Rate(double ticksPerSecond, double ticksPerFrame)
    {
        var rate = ticksPerSecond / ticksPerFrame;
        return rate is > 0 and <= 1000 ? Math.Round(rate, 3) : 0;
    }
}
