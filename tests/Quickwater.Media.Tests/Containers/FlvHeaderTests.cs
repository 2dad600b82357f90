using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

public sealed class FlvHeaderTests
{
    [Theory]
    [InlineData("1700000000", FlvVideoPacketType.SequenceStart, false, false, 5, 0)]
    [InlineData("1701000028", FlvVideoPacketType.CodedFrames, true, false, 5, 40)]
    [InlineData("2701FFFFD8", FlvVideoPacketType.CodedFrames, false, false, 5, -40)]
    [InlineData("3701000000", FlvVideoPacketType.CodedFrames, false, true, 5, 0)]
    [InlineData("1702000000", FlvVideoPacketType.SequenceEnd, false, false, 5, 0)]
    [InlineData("5700", FlvVideoPacketType.CodedFrames, false, false, 1, 0)]
    [InlineData("17", FlvVideoPacketType.CodedFrames, true, false, 1, 0)]
    [InlineData("1C00000000", FlvVideoPacketType.SequenceStart, false, false, 5, 0)]
    [InlineData("12FF", FlvVideoPacketType.CodedFrames, true, false, 1, 0)]
    [InlineData("", FlvVideoPacketType.CodedFrames, false, false, 0, 0)]
    public void Plain_video_headers(string hex, FlvVideoPacketType type, bool key, bool disposable, int length, int composition)
    {
        var header = FlvVideoHeader.Parse(Convert.FromHexString(hex));

        Assert.Equal(
            (type, key, disposable, length, composition, false),
            (header.PacketType, header.IsKey, header.IsDisposable, header.Length, header.CompositionTime, header.IsExtended));
        Assert.Equal(type == FlvVideoPacketType.SequenceStart, header.IsConfig);
        Assert.Equal(type == FlvVideoPacketType.SequenceEnd, header.IsEndOfSequence);
    }

    [Theory]
    [InlineData("9068766331", "hvc1", FlvVideoPacketType.SequenceStart, false, 5, 0)]
    [InlineData("9168766331000014AA", "hvc1", FlvVideoPacketType.CodedFrames, true, 8, 20)]
    [InlineData("A168766331000014AA", "hvc1", FlvVideoPacketType.CodedFrames, false, 8, 20)]
    [InlineData("9368766331AA", "hvc1", FlvVideoPacketType.CodedFramesX, true, 5, 0)]
    [InlineData("9161763031AAAAAA", "av01", FlvVideoPacketType.CodedFrames, true, 5, 0)]
    [InlineData("9076703039", "vp09", FlvVideoPacketType.SequenceStart, false, 5, 0)]
    [InlineData("9268766331", "hvc1", FlvVideoPacketType.SequenceEnd, false, 5, 0)]
    [InlineData("D468766331", "hvc1", FlvVideoPacketType.Metadata, false, 5, 0)]
    [InlineData("9578787878", "xxxx", FlvVideoPacketType.Mpeg2TsSequenceStart, false, 5, 0)]
    [InlineData("97020000000168766331000014AA", "hvc1", FlvVideoPacketType.CodedFrames, true, 13, 20)] // ModEx of 3 bytes
    [InlineData("9168", "", FlvVideoPacketType.CodedFrames, true, 1, 0)]
    [InlineData("97FF", "", FlvVideoPacketType.ModEx, false, 1, 0)]
    public void Extended_video_headers(string hex, string fourCc, FlvVideoPacketType type, bool key, int length, int composition)
    {
        var header = FlvVideoHeader.Parse(Convert.FromHexString(hex));

        Assert.Equal(
            (fourCc, type, key, composition, true),
            (header.FourCc.ToString(), header.PacketType, header.IsKey, header.CompositionTime, header.IsExtended));
        Assert.Equal(length, header.Length);
        Assert.False(header.IsMultitrack);
        Assert.Equal(type == FlvVideoPacketType.Metadata, header.IsMetadata);
        Assert.Equal(type is FlvVideoPacketType.SequenceStart or FlvVideoPacketType.Mpeg2TsSequenceStart, header.IsConfig);
    }

    [Theory]
    [InlineData("960068766331" + "05", "hvc1", 5, true)] // one track, its configuration
    [InlineData("961168766331" + "02000001AA", "hvc1", 2, false)] // many tracks, one codec
    [InlineData("9621" + "6176303103000001AA", "av01", 3, false)] // a codec for each
    public void Multitrack_video_headers_name_the_first_track(string hex, string fourCc, byte track, bool config)
    {
        var header = FlvVideoHeader.Parse(Convert.FromHexString(hex));

        Assert.True(header.IsMultitrack);
        Assert.Equal((fourCc, track, config, !config), (header.FourCc.ToString(), header.Track, header.IsConfig, header.IsKey));
    }

    [Theory]
    [InlineData("AF001210", "mp4a", FlvAudioPacketType.SequenceStart, 2, 44100, 2)]
    [InlineData("AF01AA", "mp4a", FlvAudioPacketType.CodedFrames, 2, 44100, 2)]
    [InlineData("AF", "mp4a", FlvAudioPacketType.CodedFrames, 1, 44100, 2)]
    [InlineData("2A", ".mp3", FlvAudioPacketType.CodedFrames, 1, 22050, 1)]
    [InlineData("B2", "", FlvAudioPacketType.CodedFrames, 1, 16000, 1)]
    [InlineData("904F707573", "Opus", FlvAudioPacketType.SequenceStart, 5, 0, 0)]
    [InlineData("916D703461AA", "mp4a", FlvAudioPacketType.CodedFrames, 5, 0, 0)]
    [InlineData("924F707573", "Opus", FlvAudioPacketType.SequenceEnd, 5, 0, 0)]
    [InlineData("944F707573", "Opus", FlvAudioPacketType.MultichannelConfig, 5, 0, 0)]
    [InlineData("", "", FlvAudioPacketType.CodedFrames, 0, 0, 0)]
    public void Audio_headers(string hex, string fourCc, FlvAudioPacketType type, int length, int rate, int channels)
    {
        var header = FlvAudioHeader.Parse(Convert.FromHexString(hex));

        Assert.Equal(
            (fourCc, type, length, rate, channels),
            (header.FourCc.ToString(), header.PacketType, header.Length, header.SampleRate, header.Channels));
        Assert.Equal(type == FlvAudioPacketType.SequenceStart, header.IsConfig);
    }

    [Fact]
    public void Headers_of_any_bytes_lie_within_them()
    {
        var rng = new Core.Rng(9);
        for (var round = 0; round < 20_000; round++)
        {
            var body = new byte[rng.Below(20)];
            rng.Fill(body);
            if (body.Length > 1 && rng.Chance(0.7))
            {
                body[0] = (byte)(rng.Chance(0.5) ? 0x96 + rng.Below(2) : 0x95 + (2 * rng.Below(2)));
                body[1] = (byte)rng.Below(8);
            }

            Assert.InRange(FlvVideoHeader.Parse(body).Length, 0, body.Length);
            Assert.InRange(FlvAudioHeader.Parse(body).Length, 0, body.Length);
        }
    }
}
