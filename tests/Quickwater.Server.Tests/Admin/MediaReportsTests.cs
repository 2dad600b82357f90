using Quickwater.Rtmp;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class MediaReportsTests
{
    [Fact]
    [Requirement("RTMP-4.10", "RTMP-4.12")]
    public void A_stream_tells_its_codecs_profile_level_size_rate_and_channels()
    {
        var video = MediaReports.Video(Convert.FromHexString(
            "1700000000" + "016e001fffe10017676e001fa6cb402802dd808800001f480007530078c19501000468ce0fc8fdfafa00"));
        var audio = MediaReports.Audio(Convert.FromHexString("AF00" + "138856E5A54880"));

        Assert.Equal(
            new VideoReport("avc1.6e001f", 1280, 720) { Profile = "High 10", Level = "3.1", FrameRate = 29.97, BitDepth = 10, Chroma = "4:2:0" },
            video);
        Assert.Equal(new AudioReport("mp4a.40.29", 44_100, 2) { Profile = "HE-AAC v2" }, audio);
    }

    [Theory]
    [InlineData("9068766331" + "FF", "hvc1")] // Enhanced RTMP: a configuration of HEVC, of one byte
    [InlineData("1C00000000" + "FF", "hvc1")] // the same as it was written before that: codec 12
    [InlineData("9076766331" + "FF", "vvc1")] // Enhanced RTMP: a configuration of VVC, which nobody reads here
    [InlineData("1200", "sorensonh263")] // a codec that has no configurations: its header alone
    [InlineData("1200008401020304", "sorensonh263")] // and a whole frame of it
    [InlineData("2701000000AABBCC", "avc1")] // a frame of H.264, where a configuration is asked for
    public void Video_without_a_configuration_that_can_be_read_is_told_by_its_codecs_name(string hex, string codec) =>
        Assert.Equal(new VideoReport(codec, 0, 0), MediaReports.Video(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("AF00", "aac", 44_100, 2)] // a configuration of AAC without a byte
    [InlineData("904F707573", "Opus", 0, 0)] // Enhanced RTMP: the same of Opus, whose header has no rate and no channels
    [InlineData("2FFFFB9064", "mp3", 44_100, 2)] // MP3, A-law and mu-law have no configurations: frames of them
    [InlineData("72D5D5D5", "alaw", 8_000, 1)]
    [InlineData("82FFFFFF", "mulaw", 8_000, 1)]
    public void Audio_without_a_configuration_that_can_be_read_is_told_by_its_header(string hex, string codec, int rate, int channels) =>
        Assert.Equal(new AudioReport(codec, rate, channels), MediaReports.Audio(Convert.FromHexString(hex)));

    [Fact]
    [Requirement("RTMP-4.11")]
    public void A_stream_tells_its_metadata()
    {
        var report = MediaReports.Metadata(Data(AmfValue.EcmaArray(
            new AmfMember("width", AmfValue.Of(640)), new AmfMember("stereo", AmfValue.Of(true)), new AmfMember("encoder", AmfValue.Of("obs")),
            new AmfMember("none", AmfValue.Null), new AmfMember("odd", AmfValue.Of(double.NaN)),
            new AmfMember("keyframes", AmfValue.Object(new AmfMember("times", AmfValue.StrictArray()))))));

        Assert.Equal(
            """{"width":640,"stereo":true,"encoder":"obs","none":null,"odd":"NaN","keyframes":"{1 members}"}""", report?.ToJsonString());
        Assert.Null(MediaReports.Metadata(Data(AmfValue.EcmaArray())));
        Assert.Null(MediaReports.Metadata([]));
    }

    [Fact]
    [Requirement("RTMP-4.11")]
    public void Metadata_without_end_is_told_in_part()
    {
        var report = MediaReports.Metadata(Data(AmfValue.EcmaArray(
            [.. Enumerable.Range(0, 1000).Select(i => new AmfMember(new string('k', 255) + "🙂" + i, AmfValue.Of(new string('v', 1000))))])));
        Assert.Equal(1, report?.Count); // names that are alike up to there

        report = MediaReports.Metadata(Data(AmfValue.EcmaArray(
            [.. Enumerable.Range(0, 1000).Select(i => new AmfMember($"k{i}", AmfValue.Of(new string('v', 1000))))])));
        Assert.Equal(64, report?.Count);
        Assert.InRange(report?.ToJsonString().Length ?? 0, 64 * 256, 64 * 300);
    }

    private static byte[] Data(AmfValue metadata)
    {
        var writer = new Amf0Writer(new byte[2_000_000]);
        writer.WriteString("onMetaData");
        writer.Write(metadata);
        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }
}
