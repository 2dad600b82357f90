using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Reads the sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1 and E.1.1), up to the rate of frames.</summary>
internal static class AvcSequence
{
    private const int SequenceParameterSet = 7;

    /// <summary>Reads a NAL unit, its header included. All zero when it is no parameter set, or ends before the size is known.</summary>
    public static SequenceParameters Read(ReadOnlySpan<byte> unit)
    {
        if (unit.Length < 4 || (unit[0] & 0x1F) != SequenceParameterSet)
        {
            return default;
        }

        var bits = new BitReader(unit[4..], escaped: true);
        bits.UnsignedGolomb(); // id
        var (chroma, depth, separate) = HasChromaFields(unit[1]) ? ReadChroma(ref bits) : (1, 8, false);
        bits.UnsignedGolomb(); // log2_max_frame_num_minus4
        if (!PassOrderCount(ref bits))
        {
            return default;
        }

        bits.UnsignedGolomb(); // max_num_ref_frames
        bits.Skip(1); // gaps_in_frame_num_value_allowed_flag
        var width = (bits.UnsignedGolomb() + 1L) * 16;
        var mapUnits = bits.UnsignedGolomb() + 1L;
        var fields = bits.Flag() ? 1 : 2; // frame_mbs_only_flag
        var height = mapUnits * 16 * fields;
        bits.Skip(fields == 2 ? 2 : 1); // mb_adaptive_frame_field_flag, direct_8x8_inference_flag
        if (bits.Flag())
        {
            // Cropping is in units of chroma samples (7.4.2.1.1); separate colour planes have none.
            var unitX = !separate && chroma is 1 or 2 ? 2 : 1;
            var unitY = (!separate && chroma == 1 ? 2 : 1) * fields;
            width -= ((long)bits.UnsignedGolomb() + bits.UnsignedGolomb()) * unitX;
            height -= ((long)bits.UnsignedGolomb() + bits.UnsignedGolomb()) * unitY;
        }

        if (bits.IsPastEnd)
        {
            return default;
        }

        var rate = bits.Flag() ? ReadRate(ref bits) : 0;
        return SequenceParameters.Cropped(width, height, depth, chroma, bits.IsPastEnd ? 0 : rate);
    }

    private static bool HasChromaFields(byte profile) =>
        profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    private static (int Chroma, int Depth, bool Separate) ReadChroma(ref BitReader bits)
    {
        var chroma = (int)bits.UnsignedGolomb();
        var separate = chroma == 3 && bits.Flag();
        var depth = 8 + (int)bits.UnsignedGolomb();
        bits.UnsignedGolomb(); // bit_depth_chroma_minus8
        bits.Skip(1); // qpprime_y_zero_transform_bypass_flag
        if (bits.Flag())
        {
            var lists = chroma == 3 ? 12 : 8;
            for (var i = 0; i < lists; i++)
            {
                if (bits.Flag())
                {
                    PassScalingList(ref bits, i < 6 ? 16 : 64);
                }
            }
        }

        return (chroma, depth, separate);
    }

    private static void PassScalingList(ref BitReader bits, int size)
    {
        var (last, next) = (8, 8);
        for (var i = 0; i < size && next != 0; i++)
        {
            next = (last + bits.SignedGolomb()) & 0xFF;
            last = next == 0 ? last : next;
        }
    }

    private static bool PassOrderCount(ref BitReader bits)
    {
        var type = bits.UnsignedGolomb();
        if (type == 0)
        {
            bits.UnsignedGolomb(); // log2_max_pic_order_cnt_lsb_minus4
        }
        else if (type == 1)
        {
            bits.Skip(1); // delta_pic_order_always_zero_flag
            bits.SignedGolomb(); // offset_for_non_ref_pic
            bits.SignedGolomb(); // offset_for_top_to_bottom_field
            var count = bits.UnsignedGolomb();
            for (var i = 0; i < count && !bits.IsPastEnd; i++)
            {
                bits.SignedGolomb(); // offset_for_ref_frame
            }
        }

        return type <= 2 && !bits.IsPastEnd;
    }

    // The clock ticks twice a frame, once a field (E.2.1).
    private static double ReadRate(ref BitReader bits)
    {
        bits.PassPictureDescription();
        if (!bits.Flag())
        {
            return 0;
        }

        var unitsInTick = bits.Bits(32);
        return VideoCodecInfo.Rate(bits.Bits(32), unitsInTick * 2.0);
    }
}
