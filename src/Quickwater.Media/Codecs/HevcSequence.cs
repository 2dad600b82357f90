using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Reads the sequence parameter set of H.265 (ITU-T H.265, 7.3.2.2, 7.3.3, 7.3.4, 7.3.7 and E.2.1), up to the rate of frames.</summary>
internal static class HevcSequence
{
    private const int ReferenceSetsMax = 64; // 7.4.3.2.1
    private const int PicturesMax = 16; // 7.4.8
    private const int LongTermPicturesMax = 32; // 7.4.3.2.1

    /// <summary>Reads a NAL unit, its header included. All zero when it is no parameter set, or ends before the size is known.</summary>
    public static SequenceParameters Read(ReadOnlySpan<byte> unit)
    {
        if (unit.Length < 2 || ((unit[0] >> 1) & 0x3F) != 33)
        {
            return default;
        }

        var bits = new BitReader(unit[2..], escaped: true);
        bits.Skip(4); // sps_video_parameter_set_id
        var layers = (int)bits.Bits(3);
        bits.Skip(1); // sps_temporal_id_nesting_flag
        PassProfile(ref bits, layers);
        bits.UnsignedGolomb(); // sps_seq_parameter_set_id
        var chroma = (int)bits.UnsignedGolomb();
        var separate = chroma == 3 && bits.Flag();
        long width = bits.UnsignedGolomb();
        long height = bits.UnsignedGolomb();
        if (bits.Flag())
        {
            // The window is in units of chroma samples (6.2).
            var unitX = !separate && chroma is 1 or 2 ? 2 : 1;
            var unitY = !separate && chroma == 1 ? 2 : 1;
            width -= ((long)bits.UnsignedGolomb() + bits.UnsignedGolomb()) * unitX;
            height -= ((long)bits.UnsignedGolomb() + bits.UnsignedGolomb()) * unitY;
        }

        var depth = 8 + (int)bits.UnsignedGolomb();
        if (bits.IsPastEnd)
        {
            return default;
        }

        bits.UnsignedGolomb(); // bit_depth_chroma_minus8
        var rate = PassTools(ref bits, layers) && bits.Flag() ? ReadRate(ref bits) : 0;
        return SequenceParameters.Cropped(width, height, depth, chroma, bits.IsPastEnd ? 0 : rate);
    }

    private static void PassProfile(ref BitReader bits, int layers)
    {
        const int ProfileBits = 88;
        const int LevelBits = 8;

        bits.Skip(ProfileBits + LevelBits);
        var present = layers > 0 ? bits.Bits(16) : 0; // two bits for each of eight layers
        for (var i = 0; i < layers; i++)
        {
            bits.Skip(((present >> (15 - (2 * i))) & 1) != 0 ? ProfileBits : 0);
            bits.Skip(((present >> (14 - (2 * i))) & 1) != 0 ? LevelBits : 0);
        }
    }

    // From the order counts to the flag that says whether there is usability information. False when that cannot be reached.
    private static bool PassTools(ref BitReader bits, int layers)
    {
        var orderBits = (int)bits.UnsignedGolomb() + 4;
        var perLayer = bits.Flag();
        for (var i = perLayer ? 0 : layers; i <= layers; i++)
        {
            PassGolombs(ref bits, 3);
        }

        PassGolombs(ref bits, 6); // block sizes and depths
        if (bits.Flag() && bits.Flag())
        {
            PassScalingLists(ref bits);
        }

        bits.Skip(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
        if (bits.Flag())
        {
            bits.Skip(8); // PCM sample depths
            PassGolombs(ref bits, 2);
            bits.Skip(1);
        }

        if (!PassReferenceSets(ref bits))
        {
            return false;
        }

        if (bits.Flag())
        {
            var pictures = bits.UnsignedGolomb();
            if (pictures > LongTermPicturesMax)
            {
                return false;
            }

            for (var i = 0; i < pictures; i++)
            {
                bits.Skip(orderBits + 1);
            }
        }

        bits.Skip(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
        return !bits.IsPastEnd;
    }

    private static void PassScalingLists(ref BitReader bits)
    {
        for (var size = 0; size < 4; size++)
        {
            for (var matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1)
            {
                if (!bits.Flag())
                {
                    bits.UnsignedGolomb(); // scaling_list_pred_matrix_id_delta
                    continue;
                }

                PassGolombs(ref bits, Math.Min(64, 1 << (4 + (size << 1))) + (size > 1 ? 1 : 0));
            }
        }
    }

    private static bool PassReferenceSets(ref BitReader bits)
    {
        var sets = bits.UnsignedGolomb();
        if (sets > ReferenceSetsMax)
        {
            return false;
        }

        var pictures = 0u; // of the set before
        for (var i = 0; i < sets && !bits.IsPastEnd; i++)
        {
            if (i > 0 && bits.Flag())
            {
                pictures = PassPredictedSet(ref bits, pictures);
                continue;
            }

            pictures = bits.UnsignedGolomb();
            pictures += bits.UnsignedGolomb();
            if (pictures > 2 * PicturesMax)
            {
                return false;
            }

            for (var j = 0; j < pictures; j++)
            {
                bits.UnsignedGolomb(); // distance
                bits.Skip(1); // used by the current picture
            }
        }

        return !bits.IsPastEnd;
    }

    // A set that is told by its difference from the one before has those of its pictures, and that one, which it keeps.
    private static uint PassPredictedSet(ref BitReader bits, uint before)
    {
        bits.Skip(1); // delta_rps_sign
        bits.UnsignedGolomb(); // abs_delta_rps_minus1
        var kept = 0u;
        for (var i = 0; i <= before; i++)
        {
            kept += bits.Flag() || bits.Flag() ? 1u : 0;
        }

        return kept;
    }

    private static double ReadRate(ref BitReader bits)
    {
        bits.PassPictureDescription();
        bits.Skip(3); // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
        if (bits.Flag())
        {
            PassGolombs(ref bits, 4); // default display window
        }

        if (!bits.Flag())
        {
            return 0;
        }

        var unitsInTick = bits.Bits(32);
        return VideoCodecInfo.Rate(bits.Bits(32), unitsInTick);
    }

    private static void PassGolombs(ref BitReader bits, int count)
    {
        for (var i = 0; i < count && !bits.IsPastEnd; i++)
        {
            bits.UnsignedGolomb();
        }
    }
}
