using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class RtmpMessagesTests
{
    [Theory]
    [InlineData(RtmpMessageType.CommandAmf0, 0)]
    [InlineData(RtmpMessageType.CommandAmf3, 1)]
    [InlineData(RtmpMessageType.CommandAmf3, 0)]
    [Requirement("RTMP-2.4/command")]
    public void A_command_is_taken_apart_in_both_types(RtmpMessageType type, int leading)
    {
        byte[] body = [.. new byte[leading], .. Connect()];

        Assert.True(RtmpCommand.TryParse(type, body, RtmpLimits.Default, out var command, out var error));

        Assert.Equal(default, error);
        Assert.True(command.NameUtf8.SequenceEqual("connect"u8));
        Assert.Equal("connect", command.Name);
        Assert.Equal(1, command.TransactionId);
        Assert.Equal("live", command.Object["app"].Text);
        Assert.True(command.Object["fpad"].IsTrue);
        Assert.Equal(AmfKind.Undefined, command.Object["missing"].Kind);
        var arguments = command.Arguments;
        Assert.True(arguments.ReadString(out var argument));
        Assert.True(argument.SequenceEqual("extra"u8));
        Assert.False(arguments.Read());
    }

    [Fact]
    [Requirement("RTMP-3.10")]
    public void A_command_cut_anywhere_is_shorter_or_an_error_with_its_offset()
    {
        byte[] body = [0, .. Connect()];
        for (var length = 0; length < body.Length; length++)
        {
            if (!RtmpCommand.TryParse(RtmpMessageType.CommandAmf3, body.AsSpan(0, length), RtmpLimits.Default, out _, out var error))
            {
                Assert.Equal(Reason.MalformedAmf, error.Code);
                Assert.InRange(error.Offset, 0, length);
            }
        }

        Assert.False(RtmpCommand.TryParse(RtmpMessageType.CommandAmf3, [0, 2, 0, 1, 0x61, 5], RtmpLimits.Default, out _, out var wrong));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 5), wrong);
        Assert.False(RtmpCommand.TryParse(RtmpMessageType.CommandAmf0, [5], RtmpLimits.Default, out _, out wrong));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 0), wrong);
    }

    [Fact]
    public void A_command_may_end_after_its_name_or_its_transaction()
    {
        Assert.True(RtmpCommand.TryParse(RtmpMessageType.CommandAmf0, [2, 0, 1, 0x61], RtmpLimits.Default, out var bare, out _));
        Assert.Equal(("a", 0.0, AmfKind.Null), (bare.Name, bare.TransactionId, bare.Object.Kind));
        Assert.True(RtmpCommand.TryParse(
            RtmpMessageType.CommandAmf0, [2, 0, 1, 0x61, 0, 0x40, 0, 0, 0, 0, 0, 0, 0], RtmpLimits.Default, out var numbered, out _));
        Assert.Equal((2.0, AmfKind.Null), (numbered.TransactionId, numbered.Object.Kind));
    }

    [Fact]
    [Requirement("RTMP-3.11")]
    public void The_limits_hold_for_a_command_as_a_whole()
    {
        var limits = RtmpLimits.Default with { AmfElementsMax = 16 };
        byte[] body = [.. Connect(), .. Enumerable.Repeat((byte)5, 20)];
        Assert.True(RtmpCommand.TryParse(RtmpMessageType.CommandAmf0, body, limits, out var command, out _));
        var arguments = command.Arguments;
        while (arguments.Read())
        {
        }

        Assert.Equal(Reason.AmfTooLarge, arguments.Error.Code);
    }

    [Theory]
    [InlineData(RtmpMessageType.DataAmf0, false, false)]
    [InlineData(RtmpMessageType.DataAmf0, false, true)]
    [InlineData(RtmpMessageType.DataAmf3, true, true)]
    [Requirement("RTMP-2.4/data")]
    public void Metadata_is_relayed_without_setDataFrame(RtmpMessageType type, bool leading, bool wrapped)
    {
        byte[] relayed = [2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 1, 0, 1, 0x77, 0, 0x40, 0x94, 0, 0, 0, 0, 0, 0, 0, 0, 9];
        byte[] body = [.. leading ? [(byte)0] : (byte[])[], .. wrapped ? [2, 0, 13, .. "@setDataFrame"u8] : (byte[])[], .. relayed];

        Assert.True(RtmpData.TryParse(type, body, RtmpLimits.Default, out var data, out _));

        Assert.Equal("onMetaData", data.Name);
        Assert.Equal(relayed, data.Relayed.ToArray());
        var values = data.Values;
        Assert.True(AmfValue.TryRead(ref values, out var value));
        Assert.Equal(1280, value["w"].Number);
    }

    [Fact]
    public void Data_without_a_name_is_malformed()
    {
        Assert.False(RtmpData.TryParse(RtmpMessageType.DataAmf0, [], RtmpLimits.Default, out _, out var error));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 0), error);
        Assert.False(RtmpData.TryParse(
            RtmpMessageType.DataAmf0, [2, 0, 13, .. "@setDataFrame"u8, 5], RtmpLimits.Default, out _, out error));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 16), error);
    }

    [Fact]
    [Requirement("RTMP-2.4/user-control")]
    public void User_control_events_are_read_and_unknown_ones_are_not_an_error()
    {
        Assert.True(UserControlMessage.TryParse([0, 6, 1, 2, 3, 4], out var ping));
        Assert.Equal(new UserControlMessage(UserControlEvent.PingRequest, 0x01020304), ping);
        Assert.True(UserControlMessage.TryParse([0, 3, 0, 0, 0, 1, 0, 0, 0x0B, 0xB8], out var buffer));
        Assert.Equal(new UserControlMessage(UserControlEvent.SetBufferLength, 1, 3000), buffer);
        Assert.True(UserControlMessage.TryParse([0, 0x1A, 9], out var unknown));
        Assert.Equal((UserControlEvent)26, unknown.Event);
        Assert.False(UserControlMessage.TryParse([0, 3, 0, 0, 0, 1, 0, 0, 0x0B], out _));
        Assert.False(UserControlMessage.TryParse([0, 6, 1, 2, 3], out _));
        Assert.False(UserControlMessage.TryParse([0], out _));
    }

    [Fact]
    [Requirement("RTMP-2.4/aggregate")]
    public void An_aggregate_message_is_split_and_its_times_keep_their_distance()
    {
        var body = new byte[FlvWriter.Measure(2) + FlvWriter.Measure(1)];
        var at = FlvWriter.Encode(body, FlvTagType.Audio, 0x01000005, [1, 2]);
        FlvWriter.Encode(body.AsSpan(at), FlvTagType.Video, 0x0100000F, [3]);
        foreach (var length in new[] { body.Length, body.Length - 4 })
        {
            var reader = new AggregateReader(body.AsSpan(0, length), 100, RtmpLimits.Default);

            Assert.True(reader.Read());
            Assert.Equal((RtmpMessageType.Audio, 100u), (reader.Type, reader.Timestamp));
            Assert.Equal([1, 2], reader.Body.ToArray());
            Assert.True(reader.Read());
            Assert.Equal((RtmpMessageType.Video, 110u), (reader.Type, reader.Timestamp));
            Assert.Equal([3], reader.Body.ToArray());
            Assert.False(reader.Read());
            Assert.Equal(Reason.None, reader.Failure);
        }
    }

    [Fact]
    public void An_aggregate_message_cut_anywhere_never_throws()
    {
        var body = new byte[FlvWriter.Measure(20)];
        FlvWriter.Encode(body, FlvTagType.Audio, 5, new byte[20]);
        for (var length = 1; length < body.Length - 4; length++)
        {
            var reader = new AggregateReader(body.AsSpan(0, length), 0, RtmpLimits.Default);
            Assert.False(reader.Read());
            Assert.Equal(Reason.MalformedMessage, reader.Failure);
        }
    }

    private static byte[] Connect()
    {
        var writer = new Amf0Writer(new byte[500]);
        writer.WriteString("connect"u8);
        writer.WriteNumber(1);
        writer.BeginObject();
        writer.WriteKey("app"u8);
        writer.WriteString("live"u8);
        writer.WriteKey("fpad"u8);
        writer.WriteBoolean(true);
        writer.EndObject();
        writer.WriteString("extra"u8);
        return writer.Written.ToArray();
    }
}
