using Quickwater.Core;

namespace Quickwater.Media;

// The data of a coded H.264 or H.265 tag (ISO/IEC 14496-15, 5.3 and 8.3):  (|length: 1 to 4 bytes| NAL unit |)*
//
//  H.264   |0:1|ref:2|type:5| ...               H.265   |0:1|type:6|layer:6|temporal id+1:3| ...

/// <summary>Looks at the NAL units of coded H.264 and H.265 pictures, without decoding them.</summary>
public static class NalUnits
{
    private const int AvcSlice = 1;
    private const int AvcIdrSlice = 5;
    private const int HevcFirstIrap = 16;
    private const int HevcLastIrap = 21;

    /// <summary>
    /// Whether the data has a picture from which decoding can begin, by the bitstream itself and whatever the tag's header says: H.264's IDR (type 5),
    /// H.265's IRAP (16 to 21: BLA, IDR and CRA). False also when the lengths do not fit the data, and for other codecs.
    /// </summary>
    /// <param name="codec">The codec.</param>
    /// <param name="data">What stands behind the tag's header.</param>
    /// <param name="lengthBytes">1 to 4, from <see cref="VideoCodecInfo.NalLengthBytes"/>.</param>
    public static bool HasKey(FourCc codec, ReadOnlySpan<byte> data, int lengthBytes)
    {
        var isAvc = codec == FourCc.Avc;
        if (!isAvc && codec != FourCc.Hevc)
        {
            return false;
        }

        while (TryNext(ref data, lengthBytes, out var header))
        {
            if (isAvc ? (header & 0x1F) == AvcIdrSlice : (header >> 1) is >= HevcFirstIrap and <= HevcLastIrap)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether H.264 data has slices and none of them is referred to by others, so that nothing depends on it.</summary>
    /// <param name="data">What stands behind the tag's header.</param>
    /// <param name="lengthBytes">1 to 4, from <see cref="VideoCodecInfo.NalLengthBytes"/>.</param>
    public static bool IsAvcDisposable(ReadOnlySpan<byte> data, int lengthBytes)
    {
        var found = false;
        while (TryNext(ref data, lengthBytes, out var header))
        {
            if ((header & 0x1F) is >= AvcSlice and <= AvcIdrSlice)
            {
                found = true;
                if ((header & 0x60) != 0)
                {
                    return false;
                }
            }
        }

        return found && data.IsEmpty;
    }

    // The first byte of a unit has its type in both codecs. An empty unit has 0, which is no key in either.
    private static bool TryNext(ref ReadOnlySpan<byte> data, int lengthBytes, out byte header)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, 4);
        header = 0;
        if (data.Length <= lengthBytes)
        {
            return false;
        }

        var length = 0u;
        for (var i = 0; i < lengthBytes; i++)
        {
            length = (length << 8) | data[i];
        }

        if (length > data.Length - lengthBytes)
        {
            return false;
        }

        header = length == 0 ? (byte)0 : data[lengthBytes];
        data = data[(lengthBytes + (int)length)..];
        return true;
    }
}
