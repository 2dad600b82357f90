using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>Configurations leave with their codec, and only for another that says something.</summary>
public sealed class FormatChangeTests : StudioTests
{
    private static readonly byte[] H263Key = [0x12, 0, 0, 0x84, 0, 1, 2, 3];

    public static TheoryData<string, byte[]> Sounds => new()
    {
        { "MP3", [0x2F, 0xFF, 0xFB, 0x90, 0x64, 1, 2] },
        { "MP3 by FourCC", [0x91, .. ".mp3"u8, 0xFF, 0xFB, 0x90, 0x64] },
        { "G.711 A-law", [0x72, 0xD5, 0xD5, 0xD5] },
        { "G.711 mu-law", [0x82, 0xFF, 0xFF, 0xFF] },
        { "Speex", [0xB6, 1, 2, 3] },
    };

    [Theory]
    [MemberData(nameof(Sounds))]
    [Requirement("RTMP-5.1")]
    public void Sound_of_another_codec_takes_the_configuration_with_it(string codec, byte[] sound)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Video(0, Samples.AvcConfig);
        publisher.Audio(0, Samples.AacConfig);
        publisher.Video(0, Samples.Key());
        publisher.Audio(10, Samples.Aac());
        var early = studio.Play();
        publisher.Audio(40, sound);
        publisher.Video(40, Samples.Inter());
        studio.Settle();
        var late = studio.Play();
        studio.Settle();

        Assert.True(studio.Topic().FindConfig(FrameKind.Audio).IsEmpty, codec);
        Assert.Equal(sound, studio.Topic().FindFormat(FrameKind.Audio).ToArray());
        Assert.Equal(
            new[] { Samples.AvcConfig, Samples.Key(), sound, Samples.Inter() }.Select(Convert.ToHexString), late.Media.Select(Hex));
        Assert.Equal(1, early.Media.Count(static heard => heard.Body.AsSpan().SequenceEqual(Samples.AvcConfig))); // told once

        // And back again.
        publisher.Audio(80, Samples.AacConfig);
        publisher.Audio(80, Samples.Aac());
        studio.Settle();
        Assert.Equal(Samples.AacConfig, studio.Topic().FindFormat(FrameKind.Audio).ToArray());
    }

    [Theory]
    [MemberData(nameof(Sounds))]
    public void A_viewer_of_FLV_begins_anew_where_a_codec_changes(string codec, byte[] sound)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        studio.Settle();
        var viewer = studio.Watch();
        studio.Settle();
        publisher.Audio(40, [0xAF, 0, 0x11, 0x90]); // another configuration of the same codec goes on
        publisher.Audio(50, Samples.Aac());
        studio.Settle();
        Assert.False(viewer.Finished, codec);
        publisher.Audio(60, sound);
        studio.Settle();

        Assert.True(viewer.Finished, codec);
        Assert.Equal(["FormatChanged"], studio.Closed);
        Assert.Equal("Script 0", FlvViewerTests.Read(viewer).Tags[^1]);
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void Pictures_of_another_codec_take_the_configuration_with_them()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Video(0, Samples.AvcConfig);
        publisher.Video(0, Samples.Key());
        publisher.Video(40, H263Key);
        studio.Settle();
        var late = studio.Play();
        studio.Settle();

        Assert.Equal(H263Key, studio.Topic().FindFormat(FrameKind.Video).ToArray());
        Assert.Equal([Convert.ToHexString(H263Key)], late.Media.Select(Hex));
    }

    [Theory]
    [InlineData("1700000000", true)]
    [InlineData("9061766331", true)] // avc1 by FourCC
    [InlineData("AF00", false)]
    [InlineData("906D703461", false)] // mp4a by FourCC
    public void An_empty_configuration_never_replaces_a_good_one(string empty, bool video)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        var before = viewer.Media.Count();
        var body = Convert.FromHexString(empty);
        if (video)
        {
            publisher.Video(40, body);
        }
        else
        {
            publisher.Audio(40, body);
        }

        studio.Settle();
        Assert.Equal(Samples.AvcConfig, studio.Topic().FindConfig(FrameKind.Video).ToArray());
        Assert.Equal(Samples.AacConfig, studio.Topic().FindConfig(FrameKind.Audio).ToArray());
        Assert.Equal(before, viewer.Media.Count());
    }

    [Fact]
    public void An_empty_configuration_is_relayed_where_there_is_no_other()
    {
        var studio = Open();
        var publisher = studio.Publish();
        byte[] opus = [0x90, .. "Opus"u8];
        publisher.Audio(0, opus);
        publisher.Audio(0, [0x91, .. "Opus"u8, 1, 2]);
        studio.Settle();
        Assert.Equal(opus, studio.Topic().FindConfig(FrameKind.Audio).ToArray());
    }

    [Fact]
    public void What_carries_nothing_changes_no_codec()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        foreach (byte[] nothing in new byte[][] { [0x02], [0x2F], [0x82] })
        {
            publisher.Audio(40, nothing);
        }

        publisher.Video(40, [0x12]);
        publisher.Video(40, [0x57, 0]); // a command to the player
        studio.Settle();
        Assert.Equal(Samples.AacConfig, studio.Topic().FindConfig(FrameKind.Audio).ToArray());
        Assert.Equal(Samples.AvcConfig, studio.Topic().FindConfig(FrameKind.Video).ToArray());
    }

    private static string Hex(Heard heard) => Convert.ToHexString(heard.Body);
}
