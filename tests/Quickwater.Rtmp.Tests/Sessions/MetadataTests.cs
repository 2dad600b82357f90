using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class MetadataTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-4.11")]
    public void Metadata_that_changes_in_mid_stream_reaches_viewers_and_those_who_join()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        publisher.Data(100, Body("@setDataFrame", AmfValue.EcmaArray(new AmfMember("title", AmfValue.Of("second half")))));
        studio.Settle();
        var late = studio.Play();
        studio.Settle();

        Assert.Equal("second half", Metadata(studio)?["title"].Text);
        Assert.Equal(2, viewer.Media.Count(heard => heard.Name == "onMetaData"));
        Assert.Equal(
            studio.Topic().FindConfig(FrameKind.Data).ToArray(), late.Media.Last(heard => heard.Name == "onMetaData").Body);
    }

    [Fact]
    [Requirement("RTMP-4.11")]
    public void Metadata_that_is_taken_back_is_empty_from_then_on()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        publisher.Data(100, RawClient.Amf(AmfValue.Of("@clearDataFrame"), AmfValue.Of("onMetaData")));
        publisher.Data(100, RawClient.Amf(AmfValue.Of("@clearDataFrame"), AmfValue.Of("onCuePoint")));
        studio.Settle();

        Assert.Null(Metadata(studio));
        byte[] empty = [.. RawClient.Amf(AmfValue.Of("onMetaData"), AmfValue.EcmaArray())];
        Assert.Equal(empty, studio.Topic().FindConfig(FrameKind.Data).ToArray());
        Assert.Equal(empty, viewer.Media.Last(heard => heard.Type == RtmpMessageType.DataAmf0).Body);
        Assert.Equal(2, viewer.Media.Count(heard => heard.Type == RtmpMessageType.DataAmf0));
    }

    [Fact]
    [Requirement("RTMP-4.11")]
    public void Metadata_with_a_count_that_is_no_use_is_kept()
    {
        var studio = Open();
        var publisher = studio.Publish();
        var body = Body("@setDataFrame", AmfValue.EcmaArray([.. Enumerable.Range(0, 3000).Select(i => new AmfMember($"k{i}", AmfValue.Of(i)))]));
        var count = Array.IndexOf(body, (byte)8) + 1;
        body.AsSpan(count, 4).Fill(0xFF);
        publisher.Data(0, body);
        studio.Settle();

        Assert.Equal(3000, Metadata(studio)?.Members.Count);
    }

    [Fact]
    [Requirement("RTMP-3.9", "RTMP-4.11")]
    public void Metadata_in_amf3_reaches_players_in_amf0()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();

        // The leading byte, two AMF0 strings, and an AMF3 object: {width: 640, tags: ["a", "a"]}.
        publisher.Message(
            RtmpMessageType.DataAmf3, 50, 1,
            [
                0, .. RawClient.Amf(AmfValue.Of("@setDataFrame"), AmfValue.Of("onMetaData")),
                0x11, .. Convert.FromHexString("0A0B010B77696474680485000974616773090501060361060401"),
            ]);
        studio.Settle();

        var properties = AmfValue.Object(
            new AmfMember("width", AmfValue.Of(640)), new AmfMember("tags", AmfValue.StrictArray(AmfValue.Of("a"), AmfValue.Of("a"))));
        Assert.Equal(RawClient.Amf(AmfValue.Of("onMetaData"), properties), viewer.Media.Last().Body);
        Assert.Equal(640, Metadata(studio)?["width"].Number);
    }

    [Fact]
    public void Data_that_cannot_be_read_is_relayed_as_it_came()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        byte[] unknown = [.. RawClient.Amf(AmfValue.Of("onMetaData")), 0x11, 0x0A, 0x07, 0x03, (byte)'C', 1, 2, 3];
        publisher.Message(RtmpMessageType.DataAmf3, 50, 1, [0, .. unknown]);
        studio.Settle();

        Assert.Equal(unknown, viewer.Media.Last().Body);
        Assert.False(publisher.Finished);
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void Commands_may_carry_amf3_values()
    {
        var studio = Open();
        var client = studio.Join();
        client.Message(
            RtmpMessageType.CommandAmf3, 0, 1,
            [0, .. RawClient.Amf(AmfValue.Of("publish"), AmfValue.Of(0)), 0x11, 1, 0x11, 6, 7, .. "cam"u8, 0x11, 6, 9, .. "live"u8]);
        studio.Settle();

        Assert.Contains("NetStream.Publish.Start", client.Codes);
        Assert.True(studio.Topic().IsLive);
    }

    [Theory]
    [InlineData("0005", "Cannot read the command: an AMF value broke its rules at byte 19.")]
    [InlineData("110A070343", "Cannot read the command: an AMF3 object of a class that writes itself in an unknown form at byte 20.")]
    [Requirement("RTMP-3.10")]
    public void A_client_is_told_what_is_wrong_with_its_command_and_where(string hex, string description)
    {
        var studio = Open();
        var client = studio.Join();
        client.Message(
            RtmpMessageType.CommandAmf0, 0, 0, [.. RawClient.Amf(AmfValue.Of("publish"), AmfValue.Of(9)), .. Convert.FromHexString(hex)]);
        studio.Settle();

        Assert.Equal(description, client.Answer(9).Description);
        Assert.Equal("NetConnection.Call.Failed", client.Answer(9).Code);
        Assert.True(client.Finished);
    }

    private static AmfValue? Metadata(Studio studio) =>
        RtmpData.ReadMetadata(studio.Topic().FindConfig(FrameKind.Data).Span, RtmpLimits.Default);

    private static byte[] Body(string verb, AmfValue properties) =>
        RawClient.Amf(AmfValue.Of(verb), AmfValue.Of("onMetaData"), properties);
}
