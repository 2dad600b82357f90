using System.Buffers.Binary;
using System.Globalization;
using Quickwater.Core;

namespace Quickwater.Media;

// AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1):
//
//  |1:8|profile:8|compatibility:8|level:8|1:6|NAL length bytes-1:2|1:3|SPS count:5| (|length:16|SPS|)* |PPS count:8| (|length:16|PPS|)* ...

/// <summary>Reads the decoder configuration of H.264.</summary>
public static class AvcConfiguration
{
    private const int FixedBytes = 6;

    /// <summary>
    /// Reads a decoder configuration record: what stands behind an AVC or avc1 header with <see cref="FlvVideoHeader.IsConfig"/>. False when it
    /// is not one. A sequence parameter set that cannot be read leaves the size 0.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out VideoCodecInfo info)
    {
        info = new VideoCodecInfo(FourCc.Avc, "avc1");
        if (record.Length < FixedBytes || record[0] != 1)
        {
            return false;
        }

        var (profile, constraints, level) = (record[1], record[2], record[3]);
        info = new VideoCodecInfo(FourCc.Avc, "avc1." + Convert.ToHexStringLower(record[1..4]))
        {
            Profile = ProfileName(profile, constraints),
            Level = LevelName(profile, constraints, level),
            NalLengthBytes = (record[4] & 3) + 1,
        };
        if ((record[5] & 0x1F) > 0 && BinaryPrimitives.TryReadUInt16BigEndian(record[FixedBytes..], out var length))
        {
            var rest = record[(FixedBytes + 2)..];
            info = AvcSequence.Read(rest[..Math.Min(length, rest.Length)]).On(info);
        }

        return true;
    }

    // H.264, A.2: constraint_set1 makes a Baseline stream one that Main decoders read too; constraint_set3 an intra profile.
    private static string ProfileName(byte profile, byte constraints)
    {
        var name = profile switch
        {
            66 => (constraints & 0x40) != 0 ? "Constrained Baseline" : "Baseline",
            77 => "Main",
            88 => "Extended",
            100 => "High",
            110 => "High 10",
            122 => "High 4:2:2",
            244 => "High 4:4:4 Predictive",
            44 => "CAVLC 4:4:4 Intra",
            _ => profile.ToString(CultureInfo.InvariantCulture),
        };
        return profile is 110 or 122 or 244 && (constraints & 0x10) != 0 ? name + " Intra" : name;
    }

    // H.264, A.3: level 1b is 9, or in the older profiles 11 with constraint_set3.
    private static string LevelName(byte profile, byte constraints, byte level) =>
        level == 9 || (level == 11 && profile is 66 or 77 or 88 && (constraints & 0x10) != 0)
            ? "1b"
            : string.Create(CultureInfo.InvariantCulture, $"{level / 10}.{level % 10}");
}
