using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

public sealed class NalUnitsTests
{
    [Theory]
    [InlineData("0000000165" + "0000000141", 4, true, false)]
    [InlineData("0000000109" + "00000002" + "0600" + "0000000365AABB", 4, true, false)]
    [InlineData("0000000141", 4, false, false)]
    [InlineData("0000000101", 4, false, true)]
    [InlineData("0000000101" + "0000000161", 4, false, false)]
    [InlineData("000165", 2, true, false)]
    [InlineData("0165", 1, true, false)]
    [InlineData("00000000" + "0000000165", 4, true, false)]
    [InlineData("0000000965", 4, false, false)]
    [InlineData("FFFFFFFF65", 4, false, false)]
    [InlineData("", 4, false, false)]
    [Requirement("RTMP-4.10/keyframes")]
    public void H264_keys_and_disposable_pictures_are_told_by_their_nal_units(string hex, int lengthBytes, bool key, bool disposable)
    {
        var data = Convert.FromHexString(hex);

        Assert.Equal(key, NalUnits.HasKey(FourCc.Avc, data, lengthBytes));
        Assert.Equal(disposable, NalUnits.IsAvcDisposable(data, lengthBytes));
    }

    [Theory]
    [InlineData(0, false)] // trailing
    [InlineData(1, false)]
    [InlineData(9, false)] // leading
    [InlineData(15, false)]
    [InlineData(16, true)] // BLA
    [InlineData(19, true)] // IDR
    [InlineData(20, true)]
    [InlineData(21, true)] // CRA
    [InlineData(22, false)] // reserved
    [InlineData(32, false)] // parameter set
    [Requirement("RTMP-4.4", "RTMP-4.10")]
    public void H265_keys_are_told_by_their_nal_units(int type, bool key)
    {
        byte[] data = [0, 0, 0, 2, 35 << 1, 1, 0, 0, 0, 3, (byte)(type << 1), 1, 0xAA];

        Assert.Equal(key, NalUnits.HasKey(FourCc.Hevc, data, 4));
        Assert.False(NalUnits.HasKey(FourCc.Av1, data, 4));
    }
}
