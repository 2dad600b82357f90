using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>What the relay makes of codecs: it looks for keys, and depends on nothing.</summary>
public sealed class CodecTests : StudioTests
{
    private static readonly byte[] HevcRecord = Convert.FromHexString(
        "01016000000090000000000078f000fcfdf8f800000f03200001001840010c01ffff016000000300900000030000030078959409210001002b420101016000000300900000030000030078a003c0801107cb965654a4c2f0168080000003008000000c8422000100064401c073c189");

    public static TheoryData<string, byte[], string, string> Streams => new()
    {
        { "avc1 by its codec id", Samples.AvcConfig, "2701000000" + "0000000165", "2701000000" + "0000000141" },
        { "avc1 by FourCC", [0x90, .. "avc1"u8, .. Samples.AvcConfig[5..]], "A161766331000000" + "0000000165", "A161766331000000" + "0000000141" },
        { "hvc1 by FourCC", [0x90, .. "hvc1"u8, .. HevcRecord], "A168766331000000" + "000000022601", "A168766331000000" + "000000020201" },
        { "hvc1 by FourCC, no composition time", [0x90, .. "hvc1"u8, .. HevcRecord], "A368766331" + "000000022A01", "A368766331" + "000000020201" },
        { "hvc1 by its codec id", [0x1C, 0, 0, 0, 0, .. HevcRecord], "2C01000000" + "000000022601", "2C01000000" + "000000020201" },
        { "without a configuration", [], "1701000000" + "0000000141", "2701000000" + "0000000141" }, // by the flag alone
        { "with a configuration that is none", [0x17, 0, 0, 0, 0, 9, 9], "1701000000" + "0000000141", "2701000000" + "0000000141" },
        { "hvc1 with a configuration that is none", [0x90, .. "hvc1"u8, 9], "9168766331000000AA", "A168766331000000" + "000000022601" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    [Requirement("RTMP-4.4", "RTMP-4.10")]
    public void A_picture_is_a_key_when_its_flag_or_its_nal_units_say_so(string stream, byte[] config, string key, string inter)
    {
        var studio = Open();
        var publisher = studio.Publish();
        if (config.Length > 0)
        {
            publisher.Video(0, config);
        }

        publisher.Video(0, Convert.FromHexString(key));
        publisher.Video(40, Convert.FromHexString(inter));
        publisher.Video(80, Convert.FromHexString(key));
        var viewer = studio.Play();
        publisher.Video(120, Convert.FromHexString(inter));
        studio.Settle();

        Assert.Equal((2L, 2L), (studio.Topic().Stats.KeyFrames, studio.Topic().Stats.VideoFrames - studio.Topic().Stats.KeyFrames - (config.Length > 0 ? 1 : 0)));
        string[] expected = [.. config.Length > 0 ? [Convert.ToHexString(config)] : Array.Empty<string>(), key, inter];
        Assert.True(expected.SequenceEqual(viewer.Media.Select(heard => Convert.ToHexString(heard.Body)).TakeLast(expected.Length)), stream);
        Assert.Equal(expected.Length, viewer.Media.Count());
    }

    // 96 and A6: several tracks, key and inter. 01: one of them in this message, with coded frames (Enhanced RTMP v2, VideoPacketType.Multitrack).
    [Fact]
    [Requirement("RTMP-4.4", "RTMP-4.10", "RTMP-5.1")]
    public void A_key_of_the_second_track_is_no_start_and_each_track_begins_with_its_own()
    {
        var studio = Open();
        var publisher = studio.Publish();
        static byte[] Track(bool isKey, byte track, byte picture) => [(byte)(isKey ? 0x96 : 0xA6), 0x01, .. "av01"u8, track, picture];

        publisher.Video(0, Track(true, 0, 1));
        publisher.Video(0, Track(true, 1, 2));
        publisher.Video(40, Track(true, 0, 3));
        publisher.Video(40, Track(false, 1, 4)); // builds on the key before
        var viewer = studio.Play();
        publisher.Video(80, Track(true, 1, 5));
        publisher.Video(80, Track(false, 0, 6));
        publisher.Video(120, Track(false, 1, 7));
        studio.Settle();

        Assert.Equal([3, 5, 6, 7], viewer.Media.Select(static heard => (int)heard.Body[^1]));
    }

    [Fact]
    public void Colours_and_loudspeakers_are_kept_beside_the_configurations_of_each_track()
    {
        var studio = Open();
        var publisher = studio.Publish();
        byte[] video = [0x90, .. "hvc1"u8, .. HevcRecord];
        byte[] colours = [0xD4, .. "hvc1"u8, .. RawClient.Amf(AmfValue.Of("colorInfo"), AmfValue.Object())];
        byte[] brighter = [.. colours, 5];
        byte[] track = [0x96, 0x04, .. "hvc1"u8, 1, .. RawClient.Amf(AmfValue.Of("colorInfo"), AmfValue.Object())];
        byte[] audio = [0x90, .. "Opus"u8, .. "OpusHead"u8, 1, 2];
        byte[] loudspeakers = [0x94, .. "Opus"u8, 1, 2, 0, 0, 0, 3];
        byte[] key = [0x93, .. "hvc1"u8, 0, 0, 0, 2, 0x26, 1];
        publisher.Audio(0, loudspeakers);
        publisher.Video(0, colours);
        publisher.Video(0, video);
        publisher.Video(0, track);
        publisher.Audio(0, audio);
        publisher.Video(0, brighter);
        publisher.Video(0, key);
        var viewer = studio.Play();
        studio.Settle();

        Assert.Equal(
            new[] { video, brighter, track, audio, loudspeakers, key }.Select(Convert.ToHexString),
            viewer.Media.Select(heard => Convert.ToHexString(heard.Body)));
        Assert.Equal(video, studio.Topic().FindConfig(FrameKind.Video).ToArray());
    }
}
