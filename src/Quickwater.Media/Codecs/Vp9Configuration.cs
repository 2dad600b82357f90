using System.Globalization;
using Quickwater.Core;

namespace Quickwater.Media;

// VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding, 2.2); some put the box's version and flags before it:
//
//  |1:8|0:24|   |profile:8|level:8|depth:4|chroma:3|full range:1|primaries:8|transfer:8|matrix:8|length:16| data

/// <summary>Reads the decoder configuration of VP9. It does not say the size of the picture.</summary>
public static class Vp9Configuration
{
    private const int RecordBytes = 8;
    private const int BoxBytes = 4;

    /// <summary>
    /// Reads a configuration record: what stands behind a vp09 header with <see cref="FlvVideoHeader.IsConfig"/>. False when it is not one.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out VideoCodecInfo info)
    {
        info = new VideoCodecInfo(FourCc.Vp9, "vp09");
        if (record.Length >= BoxBytes + RecordBytes && record is [1, 0, 0, 0, ..]) // as a record it would say a depth of 0
        {
            record = record[BoxBytes..];
        }

        if (record.Length < RecordBytes || record[0] > 3 || record[2] >> 4 is not (8 or 10 or 12))
        {
            return false;
        }

        var (profile, level, depth) = (record[0], record[1], record[2] >> 4);
        info = new VideoCodecInfo(FourCc.Vp9, string.Create(CultureInfo.InvariantCulture, $"vp09.{profile:00}.{level:00}.{depth:00}"))
        {
            Profile = string.Create(CultureInfo.InvariantCulture, $"Profile {profile}"),
            Level = level == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{level / 10}.{level % 10}"),
            BitDepth = depth,
            Chroma = VideoCodecInfo.ChromaName(((record[2] >> 1) & 7) switch { 0 or 1 => 1, 2 => 2, 3 => 3, _ => -1 }),
        };
        return true;
    }
}
