using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class ServerCommandTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-3.1/answer", "RTMP-1.2")]
    public void Connect_is_answered_at_once()
    {
        var studio = Open();
        var client = studio.Dial();
        client.Handshake();
        client.Connect("live");
        studio.Settle();

        var answer = client.Answer(1);
        Assert.Equal("_result", answer.Name);
        Assert.Equal("NetConnection.Connect.Success", answer.Code);
        Assert.Equal(0, answer.Info["objectEncoding"].Number);
        Assert.InRange(answer.At, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
        Assert.Equal(1 + 1536 + 1536, client.Packets.Length);
        Assert.Equal([RtmpMessageType.SetPeerBandwidth, RtmpMessageType.CommandAmf0], client.Messages.Select(m => m.Type));
    }

    [Fact]
    [Requirement("RTMP-3.1")]
    [Requirement("RTMP-21.8/access")]
    public void A_stream_in_an_application_that_is_not_served_is_refused_wherever_the_application_is_named()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Applications = ["studio", "live"] }));
        var client = studio.Join(""); // no application is the default one
        client.Publish("other/cam");
        client.Publish("studio/cam");
        studio.Settle();

        Assert.Equal(["NetStream.Publish.Failed", "NetStream.Publish.Start"], client.Codes.Skip(1));
        Assert.Equal(["+studio/cam"], studio.Log);
    }

    [Theory]
    [InlineData("a<b")]
    [InlineData("../etc")]
    [InlineData("live//cam")]
    [InlineData("%2e%2e")]
    public void An_application_that_cannot_be_is_refused(string application)
    {
        var studio = Open();
        var client = studio.Dial();
        client.Handshake();
        client.Connect(application);
        studio.Settle();

        Assert.Equal("_error", client.Answer(1).Name);
        Assert.Equal("NetConnection.Connect.Rejected", client.Answer(1).Code);
        Assert.True(client.Finished);
        Assert.Equal(["InvalidName"], studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-3.1/application")]
    public void An_application_that_is_not_configured_is_refused_by_name()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Applications = ["live"] }));
        var client = studio.Dial();
        client.Handshake();
        client.Connect("vod");
        studio.Join("live/?key=k").Publish("cam");
        studio.Settle();

        Assert.Equal(("_error", "NetConnection.Connect.InvalidApp", "error"), (client.Answer(1).Name, client.Answer(1).Code, client.Answer(1).Level));
        Assert.Contains("vod", client.Answer(1).Description);
        Assert.True(client.Finished);
        Assert.Equal(["ApplicationNotFound"], studio.Closed);
        Assert.Equal(["+live/cam"], studio.Log);
    }

    [Theory]
    [Requirement("RTMP-3.1")]
    [InlineData(0)]
    [InlineData(3)]
    public void The_object_encoding_that_the_client_asks_for_is_agreed_on(int encoding)
    {
        var studio = Open();
        var client = studio.Dial();
        client.Handshake();
        client.Message(RtmpMessageType.CommandAmf0, 0, 0, RawClient.Amf(
            AmfValue.Of("connect"), AmfValue.Of(1),
            AmfValue.Object(new AmfMember("app", AmfValue.Of("live")), new AmfMember("objectEncoding", AmfValue.Of(encoding)))));
        studio.Settle();

        Assert.Equal(encoding, client.Answer(1).Info["objectEncoding"].Number);
    }

    [Fact]
    [Requirement("RTMP-2.4", "RTMP-3.9")]
    public void A_client_that_writes_its_arguments_in_AMF3_is_understood()
    {
        var studio = Open();
        var client = studio.Join();
        byte[] name = [0x11, 6, (3 << 1) | 1, .. "cam"u8]; // an AMF3 string behind the marker that says so
        client.Message(RtmpMessageType.CommandAmf3, 0, 1, [
            0, .. RawClient.Amf(AmfValue.Of("publish"), AmfValue.Of(0)), 0x11, 1, .. name]);
        studio.Settle();

        Assert.Contains("NetStream.Publish.Start", client.Codes);
        Assert.Equal("live/cam", Assert.Single(studio.Hub.Topics).Name);
    }

    [Fact]
    [Requirement("RTMP-3.7", "RTMP-3.13/commands")]
    public void What_is_said_before_publish_and_play_is_true_of_the_stream()
    {
        var studio = Open();
        studio.Publish();
        var client = studio.Join();
        client.Command("FCPublish", 3, 0, AmfValue.Of("cam"));
        client.Command("FCSubscribe", 4, 0, AmfValue.Of("cam"));
        client.Command("FCPublish", 5, 0, AmfValue.Of("a<b"));
        studio.Settle();

        Assert.Equal(
            ["NetStream.Publish.BadName", "NetStream.Play.Start", "NetStream.Publish.BadName"], client.Codes.Skip(1));
        Assert.Equal(["error", "status", "error"], client.Messages.TakeLast(6).Where(m => m.Code.Length > 0).Select(m => m.Level));
        Assert.Contains("live/cam", client.Messages.First(m => m.Name == "onFCPublish").Description);
    }

    [Fact]
    public void A_second_connect_ends_the_connection()
    {
        var studio = Open();
        studio.Join().Connect("live");
        studio.Settle();

        Assert.Equal(["UnexpectedMessage"], studio.Closed);
    }

    [Theory]
    [InlineData("createStream")]
    [InlineData("publish")]
    [InlineData("releaseStream")]
    [Requirement("RTMP-21.8/commands")]
    public void A_command_before_connect_ends_the_connection(string name)
    {
        var studio = Open();
        var client = studio.Dial();
        client.Handshake();
        client.Command(name, 1, 0, AmfValue.Of("cam"));
        studio.Settle();

        Assert.Equal(["UnexpectedMessage"], studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-3.2")]
    public void Streams_are_numbered_and_bounded()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Limits = RtmpLimits.Default with { MessageStreamsMax = 2 } }));
        var client = studio.Join(streams: 2);
        client.Command("deleteStream", 0, 0, AmfValue.Of(1));
        client.Command("createStream", 7, 0);
        client.Command("createStream", 8, 0);
        studio.Settle();

        Assert.Equal([1, 2, 3], new double[] { 2, 3, 7 }.Select(transaction => client.Answer(transaction).Info.Number));
        Assert.Equal("_error", client.Answer(8).Name);
        Assert.Equal(["TooManyMessageStreams"], studio.Closed);
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("play")]
    [Requirement("RTMP-21.8/commands")]
    public void A_stream_that_was_never_created_is_answered_as_if_it_had_been(string name)
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Limits = RtmpLimits.Default with { MessageStreamsMax = 3 } }));
        studio.Publish("there").Start();
        var client = studio.Join(streams: 0);
        foreach (var id in new uint[] { 1, 0, 5 })
        {
            client.Command(name, 0, id, AmfValue.Of(name == "play" ? "there" : $"cam{id}"));
            studio.Settle();
            Assert.Equal(id, client.Status(name == "play" ? "NetStream.Play.Start" : "NetStream.Publish.Start").Stream);
        }

        client.Command("deleteStream", 0, 0, AmfValue.Of(0));
        client.Command("createStream", 7, 0);
        studio.Settle();
        Assert.Equal(2, client.Answer(7).Info.Number); // 1 is taken, although nobody asked for it
        client.Command(name, 0, 9, AmfValue.Of("more")); // and the limit holds
        studio.Settle();
        Assert.Equal(["TooManyMessageStreams"], studio.Closed);
    }

    [Theory]
    [Requirement("RTMP-3.13/commands")]
    [InlineData("releaseStream", "_result", "")]
    [InlineData("FCPublish", "_result", "onFCPublish NetStream.Publish.Start")]
    [InlineData("FCUnpublish", "_result", "onFCUnpublish NetStream.Unpublish.Success")]
    [InlineData("FCSubscribe", "_result", "onFCSubscribe NetStream.Play.StreamNotFound")]
    [InlineData("FCUnsubscribe", "_result", "")]
    [InlineData("_checkbw", "_result", "")]
    [InlineData("checkBandwidth", "_result", "onBWDone ")]
    [InlineData("getStreamLength", "_result", "")]
    [InlineData("anythingElse", "_error", "")]
    public void What_encoders_and_players_also_send_is_answered(string name, string answer, string information)
    {
        var studio = Open();
        var client = studio.Join();
        client.Command(name, 20, 0, AmfValue.Of("cam"));
        client.Command(name, 0, 0, AmfValue.Of("cam"));
        studio.Settle();

        Assert.Equal(answer, client.Answer(20).Name);
        Assert.Equal(name == "getStreamLength" ? AmfKind.Number : answer == "_error" ? AmfKind.Object : AmfKind.Undefined, client.Answer(20).Info.Kind);
        var others = client.Messages.Where(m => m.Name.StartsWith("on", StringComparison.Ordinal)).Select(m => m.ToString());
        Assert.Equal(information.Length > 0 ? [information, information] : [], others);
        Assert.Single(client.Messages, m => m.Name is "_result" or "_error" && m.Transaction is not 1 and not 2);
        Assert.False(client.Finished);
    }

    [Fact]
    [Requirement("RTMP-3.13/seek")]
    public void Seeking_in_a_live_stream_fails_truthfully()
    {
        var studio = Open();
        studio.Publish();
        var viewer = studio.Play();
        viewer.Command("seek", 0, 1, AmfValue.Of(1000));
        studio.Settle();

        Assert.Equal("error", viewer.Status("NetStream.Seek.Failed").Level);
        Assert.False(viewer.Finished);
    }

    [Theory]
    [Requirement("RTMP-2.4/command")]
    [InlineData(true)]
    [InlineData(false)]
    public void Commands_of_type_17_are_taken_with_and_without_their_leading_byte(bool leading)
    {
        var studio = Open();
        var client = studio.Join(streams: 0);
        var body = RawClient.Amf(AmfValue.Of("createStream"), AmfValue.Of(5), AmfValue.Null);
        client.Message(RtmpMessageType.CommandAmf3, 0, 0, leading ? [0, .. body] : body);
        studio.Settle();

        Assert.Equal(1, client.Answer(5).Info.Number);
    }

    [Fact]
    [Requirement("RTMP-2.4")]
    public void Messages_that_mean_nothing_here_are_skipped_and_pings_answered()
    {
        var studio = Open();
        var client = studio.Join();
        for (byte type = 0; type < 30; type++)
        {
            if (type is not (1 or 2 or 4 or 5 or 17 or 20 or 22))
            {
                client.Message((RtmpMessageType)type, 0, 1, [1, 2, 3, 4, 5]);
            }
        }

        client.Message(RtmpMessageType.UserControl, 0, 0, [0, 9]);
        client.Message(RtmpMessageType.UserControl, 0, 0, [0, 3]);
        client.Message(RtmpMessageType.UserControl, 0, 0, [0, 6, 1, 2, 3, 4]);
        studio.Settle();

        Assert.Equal([0, 7, 1, 2, 3, 4], client.Messages[^1].Body);
        Assert.False(client.Finished);
    }

    [Fact]
    [Requirement("RTMP-2.4/protocol-control")]
    public void What_was_received_is_acknowledged_by_the_window()
    {
        var studio = Open();
        var client = studio.Publish();
        client.Message(RtmpMessageType.WindowAckSize, 0, 0, [0, 0, 0x10, 0]);
        for (var i = 0u; i < 40; i++)
        {
            client.Video(i, Samples.Inter(1000));
            studio.Settle();
        }

        var sequences = client.Messages.Where(m => m.Type == RtmpMessageType.Acknowledgement)
            .Select(m => (m.Body[2] << 8) | m.Body[3]).ToArray();
        Assert.InRange(sequences.Length, 8, 12);
        Assert.Equal(sequences.Order(), sequences);
    }

    [Fact]
    [Requirement("RTMP-4.9/transitions")]
    public void A_session_goes_through_its_states()
    {
        var studio = Open();
        var client = studio.Dial();
        studio.Settle();
        Assert.Equal("Connecting", client.State);
        client.Send(3, 0, 0);
        studio.Settle();
        Assert.Equal("Handshaking", client.State);
        client.Leave();

        client = studio.Join(streams: 2);
        Assert.Equal("Connected", client.State);
        client.Play("cam", 2);
        studio.Settle();
        Assert.Equal("Subscribing", client.State);
        client.Publish("cam", 1);
        studio.Settle();
        Assert.Equal("Publishing", client.State);
        client.Command("closeStream", 0, 1);
        client.Command("closeStream", 0, 2);
        studio.Settle();
        Assert.Equal("Connected", client.State);
        client.Finish();
        studio.Run(1);
        Assert.Equal("Disconnected", client.State);
    }

    [Fact]
    public void A_session_that_waits_for_access_shows_how_far_it_is()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Dial();
        client.Handshake();
        client.Connect("live");
        client.Command("createStream", 2, 0);
        client.Publish("cam");
        studio.Settle();

        Assert.Equal("Connected", client.State);
    }
}
