using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Quickwater.Core;

namespace Quickwater.Media;

// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1):
//
//  |1:8|space:2|tier:1|profile:5|compatibility:32|constraints:48|level:8|1:4|segmentation:12|1:6|parallelism:2|1:6|chroma:2|1:5|luma depth-8:3|
//  |1:5|chroma depth-8:3|frames in 256 s:16|constant rate:2|temporal layers:3|nested:1|NAL length bytes-1:2|arrays:8|
//  ( |complete:1|0:1|NAL type:6|units:16| (|length:16|NAL unit|)* )*

/// <summary>Reads the decoder configuration of H.265.</summary>
public static class HevcConfiguration
{
    private const int FixedBytes = 23;
    private const int SequenceParameterSet = 33;

    /// <summary>
    /// Reads a decoder configuration record: what stands behind an hvc1 header, or one with codec id 12, with <see cref="FlvVideoHeader.IsConfig"/>.
    /// False when it is not one. A sequence parameter set that cannot be read leaves the size 0.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out VideoCodecInfo info)
    {
        info = new VideoCodecInfo(FourCc.Hevc, "hvc1");
        if (record.Length < FixedBytes || record[0] > 1) // encoders from before the standard was done write 0
        {
            return false;
        }

        info = new VideoCodecInfo(FourCc.Hevc, NameOf(record))
        {
            Profile = ProfileName(record[1] & 0x1F),
            Level = string.Create(CultureInfo.InvariantCulture, $"{record[12] / 30}.{record[12] % 30 / 3}"),
            IsHighTier = (record[1] & 0x20) != 0,
            Chroma = VideoCodecInfo.ChromaName(record[16] & 3),
            BitDepth = (record[17] & 7) + 8,
            FrameRate = VideoCodecInfo.Rate(BinaryPrimitives.ReadUInt16BigEndian(record[19..]), 256),
            NalLengthBytes = (record[21] & 3) + 1,
        };
        var unit = FindSequence(record[FixedBytes..], record[22]);
        var sequence = HevcSequence.Read(unit);
        info = (sequence.FrameRate > 0 ? sequence : sequence with { FrameRate = info.FrameRate }).On(info);
        return true;
    }

    private static ReadOnlySpan<byte> FindSequence(ReadOnlySpan<byte> arrays, int count)
    {
        for (; count > 0 && arrays.Length >= 3; count--)
        {
            var type = arrays[0] & 0x3F;
            int units = BinaryPrimitives.ReadUInt16BigEndian(arrays[1..]);
            arrays = arrays[3..];
            for (; units > 0 && BinaryPrimitives.TryReadUInt16BigEndian(arrays, out var length); units--)
            {
                var unit = arrays.Slice(2, Math.Min(length, arrays.Length - 2));
                if (type == SequenceParameterSet)
                {
                    return unit;
                }

                arrays = arrays[(2 + unit.Length)..];
            }
        }

        return default;
    }

    // hvc1.{space}{profile}.{compatibility, bits reversed}.{tier}{level}{.constraint bytes without the zeros at their end}
    private static string NameOf(ReadOnlySpan<byte> record)
    {
        var space = (record[1] >> 6) switch { 1 => "A", 2 => "B", 3 => "C", _ => "" };
        var compatibility = Reverse(BinaryPrimitives.ReadUInt32BigEndian(record[2..]));
        var tier = (record[1] & 0x20) != 0 ? 'H' : 'L';
        var name = string.Create(
            CultureInfo.InvariantCulture, $"hvc1.{space}{record[1] & 0x1F}.{compatibility:X}.{tier}{record[12]}");
        foreach (var constraint in record[6..12].TrimEnd((byte)0))
        {
            name += string.Create(CultureInfo.InvariantCulture, $".{constraint:X}");
        }

        return name;
    }

    private static uint Reverse(uint bits)
    {
        var reversed = 0u;
        for (; bits != 0; bits &= bits - 1)
        {
            reversed |= 0x8000_0000u >> BitOperations.TrailingZeroCount(bits);
        }

        return reversed;
    }

    // H.265, A.3.
    private static string ProfileName(int profile) => profile switch
    {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Range Extensions",
        5 => "High Throughput",
        6 => "Multiview Main",
        7 => "Scalable Main",
        9 => "Screen Content Coding",
        _ => profile.ToString(CultureInfo.InvariantCulture),
    };
}
