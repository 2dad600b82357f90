using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>Each of these ends its own connection with its reason, gives everything back, and leaves the others alone.</summary>
public sealed class HostileInputTests : StudioTests
{
    [Theory]
    [Requirement("RTMP-1.5/ends", "RTMP-1.10")]
    [InlineData("GET /live/cam.flv HTTP/1.1\r\nHost: localhost\r\n\r\n", Reason.WrongProtocol)]
    [InlineData("\x16\x03\x01\x02\x00\x01", Reason.WrongProtocol)]
    [InlineData("\x06", Reason.UnsupportedVersion)]
    [InlineData("\x00", Reason.UnsupportedVersion)]
    public void First_bytes_of_another_protocol(string text, Reason why) => Ends(why, client => client.Send(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Garbage_behind_the_handshake() => Ends(Reason.MalformedHeader, client =>
    {
        client.Handshake();
        client.Send([0xC3, .. new byte[500]]); // goes on with a message that never began
    });

    [Fact]
    [Requirement("RTMP-3.10")]
    public void Amf_that_breaks_off() => Ends(Reason.MalformedAmf, client =>
    {
        client.Handshake();
        client.Message(RtmpMessageType.CommandAmf0, 0, 0, RawClient.Amf(AmfValue.Of("connect"))[..^2]);
    });

    [Fact]
    [Requirement("RTMP-3.11")]
    public void Amf_that_is_nested_without_end() => Ends(Reason.AmfTooDeep, client =>
    {
        client.Handshake();
        byte[] nested = [.. Enumerable.Repeat<byte[]>([3, 0, 1, (byte)'a'], 40).SelectMany(level => level)];
        client.Message(RtmpMessageType.CommandAmf0, 0, 0, [.. RawClient.Amf(AmfValue.Of("connect"), AmfValue.Of(1)), .. nested]);
    });

    [Fact]
    public void A_string_that_claims_two_gigabytes() => Ends(Reason.AmfTooLarge, client =>
    {
        client.Handshake();
        client.Message(RtmpMessageType.CommandAmf0, 0, 0, [0x0C, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0]);
    });

    [Fact]
    [Requirement("RTMP-2.7")]
    public void A_message_that_claims_all_a_header_can_and_sends_little() => Ends(Reason.MessageTooLarge, client =>
    {
        client.Handshake();
        client.Send([.. Chunks.Start().Full(3, 0, 0xFFFFFF, RtmpMessageType.Video, 1).Bytes, .. new byte[128]]);
    });

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    public void A_chunk_size_that_cannot_be(uint size) => Ends(Reason.ChunkSizeOutOfRange, client =>
    {
        client.Handshake();
        client.Send(Chunks.Start().Control(RtmpMessageType.SetChunkSize, size).Bytes);
    });

    [Fact]
    [Requirement("RTMP-1.6", "RTMP-1.8/starts")]
    public void Half_a_handshake_and_then_silence()
    {
        var studio = Open();
        var silent = studio.Dial();
        var half = studio.Dial();
        half.Send([3, .. new byte[1000]]);
        var good = studio.Join();
        studio.Run(9.8);
        Assert.Empty(studio.Closed);
        studio.Run(0.5);

        Assert.Equal(["HandshakeTimeout", "HandshakeTimeout"], studio.Closed);
        Assert.True(silent.Finished && half.Finished);
        Assert.False(good.Finished);
    }

    [Fact]
    public void A_handshake_that_trickles_has_no_more_time()
    {
        var studio = Open();
        var client = studio.Dial();
        client.Send(3);
        for (var i = 0; i < 110; i++)
        {
            client.Send(0);
            studio.Run(0.1);
        }

        Assert.Equal(["HandshakeTimeout"], studio.Closed);
    }

    [Fact]
    public void Half_a_handshake_and_then_the_end() => Ends(Reason.TruncatedInput, client =>
    {
        client.Send([3, .. new byte[2000]]);
        client.Finish();
    });

    [Fact]
    public void The_end_and_nothing_before_it_as_health_checks_do() => Ends(Reason.PeerClosed, client => client.Finish());

    [Fact]
    public void The_end_in_the_middle_of_a_message() => Ends(Reason.PeerClosed, client =>
    {
        client.Handshake();
        client.Send(client.Encode(RtmpMessageType.Video, 0, 1, new byte[5000])[..3000]);
        client.Finish();
    });

    [Fact]
    [Requirement("RTMP-1.4/setting")]
    public void A_wrong_echo_when_the_server_is_strict()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { StrictHandshake = true }));
        studio.Dial().Handshake();
        studio.Settle();

        Assert.Equal(["MalformedHandshake"], studio.Closed);
    }

    [Fact]
    public void Nothing_said_for_the_idle_time()
    {
        var studio = Open();
        studio.Join();
        studio.Run(59.8);
        Assert.Empty(studio.Closed);
        studio.Run(0.5);

        Assert.Equal(["IdleTimeout"], studio.Closed);
    }

    [Fact]
    public void Questions_without_end_whose_answers_are_not_read_are_not_read_either()
    {
        var studio = Open(() => new Studio(engine: new EngineOptions { SendTimeout = TimeSpan.FromSeconds(30) }));
        var client = studio.Join();
        client.Reads = false;
        var question = client.Encode(RtmpMessageType.UserControl, 0, 0, [0, 6, 0, 0, 0, 0]);
        for (var i = 0; i < 60; i++)
        {
            client.Send([.. Enumerable.Repeat(question, 2000).SelectMany(q => q)]); // 3 MB in all
        }

        studio.Run(1);
        Assert.True(client.Served.Paused);
        Assert.InRange(client.Served.Transport.BytesReceived, 0, 600_000);
        studio.Run(30);
        Assert.Equal(["SendStalled"], studio.Closed);
    }

    [Fact]
    public void Questions_without_end_whose_answers_are_read_are_all_answered()
    {
        var studio = Open();
        var client = studio.Join();
        var question = client.Encode(RtmpMessageType.UserControl, 0, 0, [0, 6, 0, 0, 0, 0]);
        for (var i = 0; i < 20; i++)
        {
            client.Send([.. Enumerable.Repeat(question, 2000).SelectMany(q => q)]);
        }

        studio.Run(5);
        Assert.Equal(40_000, client.Messages.Count(m => m.Type == RtmpMessageType.UserControl));
    }

    private void Ends(Reason why, Action<RawClient> attack)
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Limits = RtmpLimits.Default with { MessageBytesMax = 1 << 20 } }));
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        var before = studio.Server.Engine.Leaks.Read();
        var attacker = studio.Dial();
        attack(attacker);
        studio.Run(0.2);

        Assert.Equal([why.ToString()], studio.Closed);
        Assert.True(attacker.Finished);
        Assert.Equal(before, studio.Server.Engine.Leaks.Read());
        publisher.Gop(1000);
        studio.Settle();
        Assert.Equal(9, viewer.Media.Count());
    }
}
