using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

public sealed class VideoConfigurationTests
{
    // Records as x264 and x265 write them, through FFmpeg; H.265 without the array of SEI.
    private const string Avc1080 = "01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000668ebe3cb22c0fdf8f800";

    private const string Hevc1080 =
        "01016000000090000000000078f000fcfdf8f800000f03200001001840010c01ffff016000000300900000030000030078959409210001002b420101016000000300900000030000030078a003c0801107cb965654a4c2f0168080000003008000000c8422000100064401c073c189";

    private const string Hevc422 =
        "0104080000009d08000000005af000fcfefafa00000f03200001001740010c01ffff0408000003009d0800000300005a959409210001002a4201010408000003009d0800000300005ab005020171f12d965654a4c2f0168080000003008000001e0422000100064401c073c189";

    // With scaling lists and several sets of reference pictures.
    private const string HevcLists =
        "0101600000004000000000005af000fcfdf8f800001303200001001c40010c02ffff01600000030040000003000003005a00009598acc048210001002e42010201600000030040000003000003005a0000a005a200905965662b349272bc05a1a00000030020000003032122000100074401c172b46240";

    private const string Av1080 = "81080c000a0b00000042abbfc3732be401";

    public static TheoryData<string, string, VideoCodecInfo> Records => new()
    {
        { "1700000000", "0142c01effe100196742c01ed900a02ff97011000003000100000300320f162e4801000568cb83cb20", Avc("avc1.42c01e", "Constrained Baseline", "3.0", 640, 360, 25) },
        { "1700000000", Avc1080, Avc("avc1.640028", "High", "4.0", 1920, 1080, 25) },
        { "9061766331", Avc1080, Avc("avc1.640028", "High", "4.0", 1920, 1080, 25) },
        { "1700000000", "014d400dffe1001a674d400deca0a843c4446022000003000200000300641e28532c01000568ebe3cb20", Avc("avc1.4d400d", "Main", "1.3", 322, 242, 25) },
        { "1700000000", "017a001fffe1001a677a001fbcd9405005bb011000000300100000030320f183196001000668ebe3cb22c0fef8f800", Avc("avc1.7a001f", "High 4:2:2", "3.1", 1280, 720, 25, chroma: "4:2:2") },
        { "1700000000", "01f4000dffe1001967f4000d919b28283f6022000003000200000300641e28532c01000568ebe3c44844fff8f800", Avc("avc1.f4000d", "High 4:4:4 Predictive", "1.3", 320, 240, 25, chroma: "4:4:4") },
        { "1700000000", "0164001effe100186764001eacd940b424d8088000000300800000190f8a14cb01000668fba3cb22c0fdf8f800", Avc("avc1.64001e", "High", "3.0", 720, 576, 25) },
        { "1700000000", "014d4028ffe10019674d4028f403c0227ef011000003000100000300321f162ea001000468de0fc8", Avc("avc1.4d4028", "Main", "4.0", 1920, 1080, 25) }, // interlaced
        { "1700000000", "016e001fffe10017676e001fa6cb402802dd808800001f480007530078c19501000468ce0fc8fdfafa00", Avc("avc1.6e001f", "High 10", "3.1", 1280, 720, 29.97, 10) },
        { "1700000000", "0142c00dffe100196742c00dda05467889b011000003000100000300320f142aa001000468ce0fc8", Avc("avc1.42c00d", "Constrained Baseline", "1.3", 322, 182, 25) },
        { "1700000000", "017a001effe10018677a001eb6cb405a09360220000003002000000641e2c5d401000468ce0fc8fefafa00", Avc("avc1.7a001e", "High 4:2:2", "3.0", 720, 576, 25, 10, "4:2:2") },
        { "1700000000", "0164001effe100196764001ef2d01407b602d9000003000100000300320f162ea001000468ce0fc8fcf8f800", Avc("avc1.64001e", "High", "3.0", 640, 480, 25, chroma: "4:0:0") },
        { "1700000000", "0164001effe1001a6764001eacd940a02ff970e1000003000100000300320f162d9601000768ebe3cb3002c0fdf8f800", Avc("avc1.64001e", "High", "3.0", 640, 360, 25) },
        { "1700000000", "0142c01fffe100236742c01fda0360f79bc044000003000400000301e1810003d090007a13934a01e3065401000468ce3c80", Avc("avc1.42c01f", "Constrained Baseline", "3.1", 854, 480, 60) },
        { "9068766331", Hevc1080, Hevc("hvc1.1.6.L120.90", "Main", "4.0", 1920, 1080, 25) },
        { "1C00000000", Hevc1080, Hevc("hvc1.1.6.L120.90", "Main", "4.0", 1920, 1080, 25) },
        { "9068766331", "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003003c959409210001002c42010101600000030090000003000003003ca00a880c1c44d965654a4c2f016808000003000800000300c84022000100064401c073c189", Hevc("hvc1.1.6.L60.90", "Main", "2.0", 322, 182, 25) },
        { "9068766331", "0102200000009000000000005df000fcfdfafa00000f03200001001840010c01ffff02200000030090000003000003005d959409210001002942010102200000030090000003000003005da00280802d136595952930bc05a02000007d20000ea60122000100064401c073c189", Hevc("hvc1.2.4.L93.90", "Main 10", "3.1", 1280, 720, 29.97, 10) },
        { "9068766331", Hevc422, Hevc("hvc1.4.10.L90.9D.8", "Range Extensions", "3.0", 640, 360, 60, 10, "4:2:2") },
        { "9068766331", "0124080000009e080000000096f000fcfff8f800000f03200001001740010c01ffff2408000003009e08000003000096959409210001002c4201012408000003009e080000030000969001510080e3e3f2caca94985e02d010000003001000000301908022000100084401c07318301890", Hevc("hvc1.4.10.H150.9E.8", "Range Extensions", "5.0", 322, 242, 25, chroma: "4:4:4") with { IsHighTier = true } },
        { "9068766331", "0104080000009fc8000000005af000fcfcf8f800000f03200001001740010c01ffff0408000003009fc800000300005a95940921000100284201010408000003009fc800000300005ac014080785965654a4c2f016c080000003008000000c8422000100064401c073c189", Hevc("hvc1.4.10.L90.9F.C8", "Range Extensions", "3.0", 640, 480, 25, chroma: "4:0:0") },
        { "9068766331", "01022000000090000000000078f000fcfdfafa00000f03200001001840010c01ffff022000000300900000030000030078959409210001003a420101022000000300900000030000030078a003c0801107cad965654a4c2f016a12201208000003000800000300cb04e4b2f0007a12000f424422000100064401c073c189", Hevc("hvc1.2.4.L120.90", "Main 10", "4.0", 1920, 1080, 25, 10) }, // HDR10
        { "9068766331", HevcLists, Hevc("hvc1.1.6.L90.40", "Main", "3.0", 720, 576, 25) },
        { "9061763031", Av1080, Av1("av01.0.08M.08", "Main", "4.0", 1920, 1080) },
        { "9061763031", "81000c000a0b000000043d06d402f80040", Av1("av01.0.00M.08", "Main", "2.0", 322, 182) },
        { "9061763031", "81014c000a0b0000000cc4ff6700be1010", Av1("av01.0.01M.10", "Main", "2.1", 640, 360, 10) },
        { "9061763031", "812000000a0a200000043cffbcdaf902", Av1("av01.1.00M.08", "High", "2.0", 320, 240, chroma: "4:4:4") },
        { "9061763031", "811f0c000a0e000000fa1e7fde210a88101010a0", Av1("av01.0.31M.08", "Main", "unlimited", 320, 240) },
        { "9076703039", "000a820202020000", new VideoCodecInfo(FourCc.Vp9, "vp09.00.10.08") { Profile = "Profile 0", Level = "1.0", BitDepth = 8, Chroma = "4:2:0" } },
        { "9076703039", "010000000214a20202020000", new VideoCodecInfo(FourCc.Vp9, "vp09.02.20.10") { Profile = "Profile 2", Level = "2.0", BitDepth = 10, Chroma = "4:2:0" } },
    };

    [Theory]
    [MemberData(nameof(Records), DisableDiscoveryEnumeration = true)]
    [Requirement("RTMP-4.2", "RTMP-4.4", "RTMP-4.10/avc")]
    public void A_configuration_says_profile_level_size_and_rate(string header, string record, VideoCodecInfo info) =>
        Assert.Equal(info, VideoCodecInfo.Read(Convert.FromHexString(header + record)));

    [Theory]
    [InlineData("9161766331" + Avc1080)] // a picture
    [InlineData("9061766331" + "02640028ffe10000")] // no version 1
    [InlineData("9068766331" + "02")]
    [InlineData("9061763031" + "01080c00")] // no marker
    [InlineData("9076703039" + "0400820202020000")]
    [InlineData("9076766331" + "0000")] // a codec that is not read
    [InlineData("1200")]
    [InlineData("")]
    public void What_is_no_configuration_is_not_read(string hex) => Assert.Null(VideoCodecInfo.Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("1700000000", Avc1080, 6)]
    [InlineData("9068766331", Hevc1080, 23)]
    [InlineData("9068766331", HevcLists, 23)]
    [InlineData("9061763031", Av1080, 4)]
    [Requirement("RTMP-4.10")]
    public void Cut_anywhere_it_says_what_there_is_or_nothing(string header, string record, int fixedBytes)
    {
        var whole = Convert.FromHexString(header + record);
        var all = VideoCodecInfo.Read(whole);
        for (var length = header.Length / 2; length < whole.Length; length++)
        {
            var info = VideoCodecInfo.Read(whole.AsSpan(0, length));

            Assert.Equal(length - (header.Length / 2) >= fixedBytes, info is not null);
            Assert.True(info is null || (info.Width, info.Height) == (0, 0) || (info.Width, info.Height) == (all?.Width, all?.Height));
            Assert.True(info is null || info.FrameRate == 0 || info.FrameRate == all?.FrameRate);
        }
    }

    [Theory]
    [InlineData("1700000000", Avc1080)]
    [InlineData("9068766331", Hevc1080)]
    [InlineData("9068766331", HevcLists)]
    [InlineData("9061763031", Av1080)]
    [InlineData("9076703039", "000a820202020000")]
    [Requirement("RTMP-4.10")]
    public void Broken_configurations_never_throw_and_always_end(string header, string record)
    {
        var rng = new Rng(1);
        var whole = Convert.FromHexString(header + record);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = (byte[])whole.Clone();
            var at = rng.Between(5, bytes.Length - 1);
            rng.Fill(bytes.AsSpan(at, Math.Min(rng.Between(1, 8), bytes.Length - at)));
            _ = VideoCodecInfo.Read(bytes.AsSpan(0, rng.Between(5, bytes.Length)));
        }
    }

    private static VideoCodecInfo Avc(
        string name, string profile, string level, int width, int height, double rate, int depth = 8, string chroma = "4:2:0") =>
        Hevc(name, profile, level, width, height, rate, depth, chroma) with { Codec = FourCc.Avc };

    private static VideoCodecInfo Hevc(
        string name, string profile, string level, int width, int height, double rate, int depth = 8, string chroma = "4:2:0") =>
        Av1(name, profile, level, width, height, depth, chroma) with { Codec = FourCc.Hevc, FrameRate = rate, NalLengthBytes = 4 };

    private static VideoCodecInfo Av1(
        string name, string profile, string level, int width, int height, int depth = 8, string chroma = "4:2:0") =>
        new(FourCc.Av1, name) { Profile = profile, Level = level, Width = width, Height = height, BitDepth = depth, Chroma = chroma };
}
