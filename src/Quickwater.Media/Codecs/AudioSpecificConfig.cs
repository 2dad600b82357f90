using System.Globalization;
using Quickwater.Core;

namespace Quickwater.Media;

// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), as far as it is read:
//
//  |object type:5| and if 31 |type-32:6|   |rate index:4| and if 15 |rate:24|   |channels:4|
//  for SBR (5) and parametric stereo (29), said outright:   the rate that comes out, in the same form, and the object type of the core
//  GASpecificConfig (4.4.1):   |short frames:1|core coder:1| and if so |delay:14|   |extension:1|   and for channels 0 a program config element
//  for SBR and parametric stereo, said so that old decoders miss it (1.6.5.2):
//     |0x2B7:11|5:5|SBR:1| and if so the rate that comes out, |0x548:11|stereo:1|

/// <summary>Reads the decoder configuration of AAC.</summary>
public static class AudioSpecificConfig
{
    private const int LowComplexity = 2;
    private const int Sbr = 5;
    private const int ParametricStereo = 29;
    private const int SbrExtension = 0x2B7;
    private const int StereoExtension = 0x548;

    private static ReadOnlySpan<int> Rates =>
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    /// <summary>
    /// Reads a configuration: what stands behind an AAC or mp4a header with <see cref="FlvAudioHeader.IsConfig"/>. False when it is too
    /// short or its rate is reserved.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> config, out AudioCodecInfo info)
    {
        var bits = new BitReader(config);
        var objectType = ReadObjectType(ref bits);
        var rate = ReadRate(ref bits);
        var layout = (int)bits.Bits(4);
        var core = objectType;
        if (objectType is Sbr or ParametricStereo)
        {
            rate = ReadRate(ref bits);
            core = ReadObjectType(ref bits);
        }

        var isRead = !bits.IsPastEnd && objectType != 0 && rate != 0;
        var channels = layout switch { 7 => 8, < 7 => layout, 11 => 7, 12 or 14 => 8, 13 => 24, _ => 0 };
        if (isRead && IsGeneralAudio(core))
        {
            var inConfig = PassGeneralAudio(ref bits, core, layout);
            channels = layout == 0 ? inConfig : channels;
            (objectType, rate) = objectType == core ? ReadExtension(ref bits, objectType, rate) : (objectType, rate);
        }

        // What parametric stereo makes of one channel is two.
        channels = objectType == ParametricStereo && channels == 1 ? 2 : channels;
        info = new AudioCodecInfo(
            FourCc.Aac, string.Create(CultureInfo.InvariantCulture, $"mp4a.40.{objectType}"), rate, channels)
        {
            Profile = ProfileName(objectType),
        };
        return isRead;
    }

    // 1.5.1.2.6; the names by which they are known.
    private static string ProfileName(int objectType) => objectType switch
    {
        1 => "Main",
        LowComplexity => "LC",
        3 => "SSR",
        4 => "LTP",
        Sbr => "HE-AAC",
        23 => "LD",
        ParametricStereo => "HE-AAC v2",
        34 => "MP3",
        39 => "ELD",
        42 => "xHE-AAC",
        _ => objectType.ToString(CultureInfo.InvariantCulture),
    };

    private static bool IsGeneralAudio(int objectType) => objectType is >= 1 and <= 4 or 6 or 7 or 17 or >= 19 and <= 23;

    // GASpecificConfig (4.4.1). The answer is the channels of a program config element.
    private static int PassGeneralAudio(ref BitReader bits, int objectType, int layout)
    {
        bits.Skip(1); // frameLengthFlag
        bits.Skip(bits.Flag() ? 14 : 0); // coreCoderDelay
        var isExtended = bits.Flag();
        var channels = layout == 0 ? PassProgramConfig(ref bits) : 0;
        bits.Skip(objectType is 6 or 20 ? 3 : 0); // layerNr
        if (isExtended)
        {
            bits.Skip(objectType switch { 22 => 16, 17 or 19 or 20 or 23 => 3, _ => 0 });
            bits.Skip(1); // extensionFlag3
        }

        bits.Skip(objectType is 17 or (>= 19 and <= 23) ? 2 : 0); // epConfig
        return bits.IsPastEnd ? 0 : channels;
    }

    // program_config_element (4.4.1.1).
    private static int PassProgramConfig(ref BitReader bits)
    {
        bits.Skip(10); // element_instance_tag, object_type, sampling_frequency_index
        var elements = (int)(bits.Bits(4) + bits.Bits(4) + bits.Bits(4)); // front, side, back
        var low = (int)bits.Bits(2);
        var data = (int)bits.Bits(3);
        var coupling = (int)bits.Bits(4);
        bits.Skip(bits.Flag() ? 4 : 0); // mono_mixdown_element_number
        bits.Skip(bits.Flag() ? 4 : 0); // stereo_mixdown_element_number
        bits.Skip(bits.Flag() ? 3 : 0); // matrix_mixdown_idx, pseudo_surround_enable
        var channels = low;
        for (var i = 0; i < elements; i++)
        {
            channels += bits.Flag() ? 2 : 1;
            bits.Skip(4);
        }

        bits.Skip((4 * (low + data)) + (5 * coupling));
        bits.Align();
        bits.Skip((int)bits.Bits(8) * 8); // comment
        return channels;
    }

    private static (int ObjectType, int Rate) ReadExtension(ref BitReader bits, int objectType, int rate)
    {
        if (bits.Bits(11) != SbrExtension || ReadObjectType(ref bits) != Sbr || !bits.Flag())
        {
            return (objectType, rate);
        }

        var extended = ReadRate(ref bits);
        if (bits.IsPastEnd || extended == 0)
        {
            return (objectType, rate);
        }

        var hasStereo = bits.Bits(11) == StereoExtension && bits.Flag() && !bits.IsPastEnd;
        return (hasStereo ? ParametricStereo : Sbr, extended);
    }

    private static int ReadObjectType(ref BitReader bits)
    {
        var type = (int)bits.Bits(5);
        return type == 31 ? 32 + (int)bits.Bits(6) : type;
    }

    private static int ReadRate(ref BitReader bits)
    {
        var index = (int)bits.Bits(4);
        return index == 15 ? (int)bits.Bits(24) : index < Rates.Length ? Rates[index] : 0;
    }
}
