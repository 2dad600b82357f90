using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

public sealed class AudioConfigurationTests
{
    [Theory]
    [InlineData("121056e500", "mp4a.40.2", "LC", 44_100, 2)] // says that there is no SBR
    [InlineData("1210", "mp4a.40.2", "LC", 44_100, 2)]
    [InlineData("118856e500", "mp4a.40.2", "LC", 48_000, 1)]
    [InlineData("11b056e500", "mp4a.40.2", "LC", 48_000, 6)]
    [InlineData("11B8", "mp4a.40.2", "LC", 48_000, 8)]
    [InlineData("17805DC010", "mp4a.40.2", "LC", 48_000, 2)] // the rate in 24 bits
    [InlineData("2B11880000", "mp4a.40.5", "HE-AAC", 48_000, 2)] // SBR outright: 24000 Hz in the core
    [InlineData("EB8A0800", "mp4a.40.29", "HE-AAC v2", 44_100, 2)] // parametric stereo outright: one channel in the core
    [InlineData("139056E5A0", "mp4a.40.5", "HE-AAC", 44_100, 2)] // SBR behind the configuration
    [InlineData("138856E5A54880", "mp4a.40.29", "HE-AAC v2", 44_100, 2)]
    [InlineData("F84620", "mp4a.40.34", "MP3", 48_000, 1)] // an object type above 31
    [Requirement("RTMP-4.3", "RTMP-4.10/aac")]
    public void An_aac_configuration_says_profile_rate_and_channels(string hex, string name, string profile, int rate, int channels)
    {
        Assert.True(AudioSpecificConfig.TryParse(Convert.FromHexString(hex), out var info));
        Assert.Equal(new AudioCodecInfo(FourCc.Aac, name, rate, channels) { Profile = profile }, info);
    }

    // As FFmpeg's encoder writes them, with its name as the comment of the program config element.
    [Theory]
    [InlineData("118004c4010020000d4c61766335392e33372e31303056e500", 3)] // two and a subwoofer
    [InlineData("118004c848002000c4400d4c61766335392e33372e31303056e500", 7)] // 6.1
    [Requirement("RTMP-4.3", "RTMP-4.10")]
    public void Channels_may_be_told_one_by_one(string hex, int channels)
    {
        Assert.True(AudioSpecificConfig.TryParse(Convert.FromHexString(hex), out var info));
        Assert.Equal(new AudioCodecInfo(FourCc.Aac, "mp4a.40.2", 48_000, channels) { Profile = "LC" }, info);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("1690")] // a reserved rate
    [InlineData("0210")] // no object type
    public void An_aac_configuration_that_is_short_or_reserved_is_not_read(string hex) =>
        Assert.False(AudioSpecificConfig.TryParse(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData("139056E5A0", 44_100, 22_050)]
    [InlineData("138856E5A54880", 44_100, 22_050)]
    [InlineData("EB8A0800", 44_100, 44_100)]
    [Requirement("RTMP-4.10")]
    public void Cut_anywhere_it_says_what_there_is_or_nothing(string hex, int rate, int coreRate)
    {
        var whole = Convert.FromHexString(hex);
        for (var length = 0; length <= whole.Length; length++)
        {
            Assert.True(!AudioSpecificConfig.TryParse(whole.AsSpan(0, length), out var info) || info.SampleRate == rate || info.SampleRate == coreRate);
        }
    }

    [Theory]
    [InlineData("AF00" + "1190", "mp4a.40.2", 48_000, 2)]
    [InlineData("906D703461" + "1190", "mp4a.40.2", 48_000, 2)]
    [InlineData("904F707573" + "4F70757348656164" + "0106380180BB0000000000", "opus", 48_000, 6)]
    [InlineData("90664C6143" + "664C6143" + "80000022" + "1000100000000000000A" + "0AC442F0" + "00000000", "flac", 44_100, 2)]
    [Requirement("RTMP-4.10")]
    public void Each_codec_has_its_configuration(string hex, string name, int rate, int channels)
    {
        var info = AudioCodecInfo.Read(Convert.FromHexString(hex));

        Assert.Equal((name, rate, channels), (info?.Name, info?.SampleRate, info?.Channels));
    }

    [Theory]
    [InlineData("AF01" + "1190")] // sound
    [InlineData("904F707573" + "4F70757348656164" + "01")]
    [InlineData("90664C6143" + "664C6143" + "80000022" + "1000")]
    [InlineData("9061632D33")] // AC-3 has none
    [InlineData("2F00")]
    [InlineData("")]
    public void What_is_no_configuration_is_not_read(string hex) => Assert.Null(AudioCodecInfo.Read(Convert.FromHexString(hex)));

    [Fact]
    public void Broken_configurations_never_throw_and_always_end()
    {
        var rng = new Rng(2);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[rng.Below(40)];
            rng.Fill(bytes);
            _ = AudioSpecificConfig.TryParse(bytes, out _);
        }
    }
}
