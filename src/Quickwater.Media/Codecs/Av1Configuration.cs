using System.Globalization;
using Quickwater.Core;

namespace Quickwater.Media;

// AV1CodecConfigurationRecord (AV1 Codec ISO Media File Format Binding, 2.3.3):
//
//  |1:1|version:7|profile:3|level:5|tier:1|high depth:1|twelve bits:1|monochrome:1|halved x:1|halved y:1|position:2|0:3|delay:5|  OBUs
//
// OBU (AV1 bitstream, 5.3):  |0:1|type:4|extension:1|has size:1|0:1|  |extension:8|  |size: leb128|  the sequence header's bits

/// <summary>Reads the decoder configuration of AV1.</summary>
public static class Av1Configuration
{
    private const int FixedBytes = 4;
    private const int SequenceHeader = 1;
    private const int LevelUnlimited = 31;

    /// <summary>
    /// Reads a configuration record: what stands behind an av01 header with <see cref="FlvVideoHeader.IsConfig"/>. False when it is not one. Without a
    /// sequence header that can be read, the size is 0.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out VideoCodecInfo info)
    {
        info = new VideoCodecInfo(FourCc.Av1, "av01");
        if (record.Length < FixedBytes || record[0] != 0x81)
        {
            return false;
        }

        var (profile, level, flags) = (record[1] >> 5, record[1] & 0x1F, record[2]);
        var isHigh = (flags & 0x80) != 0;
        var depth = (flags & 0x40) == 0 ? 8 : (flags & 0x20) == 0 ? 10 : 12;
        var chroma = (flags & 0x10) != 0 ? 0 : (flags & 0x08) == 0 ? 3 : (flags & 0x04) == 0 ? 2 : 1;
        info = new VideoCodecInfo(FourCc.Av1, string.Create(
            CultureInfo.InvariantCulture, $"av01.{profile}.{level:00}{(isHigh ? 'H' : 'M')}.{depth:00}"))
        {
            Profile = profile switch { 0 => "Main", 1 => "High", 2 => "Professional", _ => profile.ToString(CultureInfo.InvariantCulture) },
            Level = level == LevelUnlimited
                ? "unlimited"
                : string.Create(CultureInfo.InvariantCulture, $"{2 + (level >> 2)}.{level & 3}"),
            IsHighTier = isHigh,
            BitDepth = depth,
            Chroma = VideoCodecInfo.ChromaName(chroma),
        };
        var (width, height, rate) = ReadSequence(FindSequence(record[FixedBytes..]));
        info = SequenceParameters.Cropped(width, height, depth, chroma, rate).On(info);
        return true;
    }

    private static ReadOnlySpan<byte> FindSequence(ReadOnlySpan<byte> units)
    {
        while (units.Length >= 2)
        {
            var (type, hasExtension, hasSize) = ((units[0] >> 3) & 0xF, (units[0] & 4) != 0, (units[0] & 2) != 0);
            units = units[(hasExtension ? 2 : 1)..];
            var size = units.Length;
            if (hasSize && !TryReadSize(ref units, out size))
            {
                return default;
            }

            if (type == SequenceHeader)
            {
                return units[..size];
            }

            units = units[size..];
        }

        return default;
    }

    // leb128 (4.10.5): seven bits a byte from the lowest up. False when it is longer than what is left.
    private static bool TryReadSize(ref ReadOnlySpan<byte> units, out int size)
    {
        const int BytesMax = 4;

        size = 0;
        for (var i = 0; i < BytesMax && i < units.Length; i++)
        {
            size |= (units[i] & 0x7F) << (7 * i);
            if (units[i] < 0x80)
            {
                units = units[(i + 1)..];
                return size <= units.Length;
            }
        }

        return false;
    }

    // sequence_header_obu (5.5.1) up to the size of the largest frame.
    private static (int Width, int Height, double Rate) ReadSequence(ReadOnlySpan<byte> header)
    {
        var bits = new BitReader(header);
        bits.Skip(4); // seq_profile, still_picture
        var rate = 0.0;
        if (bits.Flag())
        {
            bits.Skip(5); // reduced_still_picture_header: its level
        }
        else
        {
            rate = PassOperatingPoints(ref bits);
        }

        var widthBits = (int)bits.Bits(4) + 1;
        var heightBits = (int)bits.Bits(4) + 1;
        var (width, height) = ((int)bits.Bits(widthBits) + 1, (int)bits.Bits(heightBits) + 1);
        return bits.IsPastEnd ? default : (width, height, rate);
    }

    private static double PassOperatingPoints(ref BitReader bits)
    {
        var rate = 0.0;
        var (hasModel, delayBits) = (false, 0);
        if (bits.Flag())
        {
            var unitsInTick = bits.Bits(32);
            var ticksPerSecond = bits.Bits(32);
            rate = bits.Flag() ? VideoCodecInfo.Rate(ticksPerSecond, unitsInTick * (bits.UnsignedGolomb() + 1.0)) : 0;
            hasModel = bits.Flag();
            if (hasModel)
            {
                delayBits = (int)bits.Bits(5) + 1;
                bits.Skip(42); // num_units_in_decoding_tick, buffer_removal_time_length, frame_presentation_time_length
            }
        }

        var hasDelays = bits.Flag();
        var points = (int)bits.Bits(5) + 1;
        for (var i = 0; i < points; i++)
        {
            bits.Skip(12); // operating_point_idc
            bits.Skip(bits.Bits(5) > 7 ? 1 : 0); // seq_level_idx, seq_tier
            if (hasModel && bits.Flag())
            {
                bits.Skip((2 * delayBits) + 1);
            }

            if (hasDelays && bits.Flag())
            {
                bits.Skip(4);
            }
        }

        return rate;
    }
}
