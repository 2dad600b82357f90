using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>
/// What is behind the handshake and is too many, too large, too deep or too small: each has its reason or passes, and a stream that is published
/// meanwhile goes on.
/// </summary>
public sealed class HostileMessagesTests : StudioTests
{
    private const int Keyframe = 12 * 1024 * 1024;

    [Fact]
    [Requirement("RTMP-2.7", "RTMP-20.1")]
    public void A_million_chunk_streams() => Ends(Reason.TooManyChunkStreams, client =>
    {
        var chunks = Chunks.Start();
        for (var i = 0; i < 1_000_000 && i < 4 * RtmpLimits.Default.ChunkStreamsMax; i++) // the rest would not be read
        {
            chunks.Full(65_599 - i, 0, 0, RtmpMessageType.Audio, 1);
        }

        client.Send(chunks.Bytes);
    });

    [Fact]
    [Requirement("RTMP-2.7", "RTMP-20.1")]
    public void Unfinished_messages_on_many_chunk_streams() => Ends(Reason.MessageTooLarge, client =>
    {
        client.SetChunkSize(900_000);
        for (var id = 8; id < 13; id++)
        {
            client.Send([.. Chunks.Start().Full(id, 0, 1_000_000, RtmpMessageType.Video, 1).Bytes, .. new byte[900_000]]);
        }
    });

    [Theory]
    [InlineData(RtmpMessageType.CommandAmf0)]
    [InlineData(RtmpMessageType.CommandAmf3)]
    [Requirement("RTMP-3.11", "RTMP-20.1")]
    public void A_command_nested_ten_thousand_deep(RtmpMessageType type) => Ends(Reason.AmfTooDeep, client =>
    {
        var levels = Enumerable.Range(0, 10_000);
        byte[] nested = type == RtmpMessageType.CommandAmf0
            ? [.. levels.SelectMany(_ => new byte[] { 3, 0, 1, (byte)'a' })]
            : [0x11, .. levels.SelectMany(_ => new byte[] { 0x09, 0x03, 0x01 })]; // arrays of one array each
        byte[] body = [.. RawClient.Amf(AmfValue.Of("connect"), AmfValue.Of(1)), .. nested];
        client.Message(type, 0, 0, type == RtmpMessageType.CommandAmf3 ? [0, .. body] : body);
    });

    [Fact]
    [Requirement("RTMP-2.4", "RTMP-20.1")]
    public void An_aggregate_of_more_messages_than_it_may_have() => Ends(Reason.MessageTooLarge, client =>
        client.Message(RtmpMessageType.Aggregate, 0, 1, Aggregate(RtmpLimits.Default.AggregatePartsMax + 1)));

    [Fact]
    [Requirement("RTMP-2.4", "RTMP-2.6")]
    public void Aggregates_in_aggregates_are_skipped_and_counted()
    {
        var studio = Open();
        var client = studio.Publish();
        var inner = Aggregate(5);
        byte[] outer = [.. Part(RtmpMessageType.Aggregate, inner), .. Part(RtmpMessageType.Audio, Samples.Aac()), .. Part((RtmpMessageType)77, [1])];
        client.Message(RtmpMessageType.Aggregate, 0, 1, outer);
        studio.Settle();

        Assert.Equal(1, studio.Topic().Stats.AudioFrames);
        Assert.Equal(2, ((IMediaSession)client.Session).Tolerated["skipped_messages"]);
    }

    [Theory]
    [InlineData(0xFFFFFF)]
    [InlineData(65_536)]
    [InlineData(128)]
    [Requirement("RTMP-2.1", "RTMP-2.3", "RTMP-2.7")]
    public void A_keyframe_of_12_MB_reaches_viewers_whole(int chunkSize)
    {
        var studio = Open();
        var viewer = studio.Play();
        var publisher = studio.Publish();
        publisher.Video(0, Samples.AvcConfig);
        publisher.SetChunkSize(chunkSize);
        var key = Samples.Key(Keyframe);

        publisher.Video(10, key);
        studio.Run(5);

        Assert.Empty(studio.Closed);
        Assert.Equal(key, viewer.Media.Last().Body);
        Assert.Equal(0, publisher.Session.HeldBytes);
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void A_keyframe_that_grows_holds_no_more_than_has_arrived()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(0xFFFFFF);
        var encoded = publisher.Encode(RtmpMessageType.Video, 0, 1, new byte[Keyframe]);
        for (var at = 0; at < encoded.Length; at += 1 << 20)
        {
            publisher.Send(encoded[at..Math.Min(encoded.Length, at + (1 << 20))]);
            studio.Run(1);
            Assert.InRange(publisher.Session.HeldBytes, 0, at + (1 << 20));
        }

        Assert.Equal(0, publisher.Session.HeldBytes);
        Assert.Empty(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-2.7/basic-header")]
    public void Media_on_chunk_streams_with_ids_of_three_bytes()
    {
        var studio = Open();
        var viewer = studio.Play();
        var publisher = studio.Publish();
        var audio = Samples.Aac();
        foreach (var id in new[] { 320, 5000, 65_599 })
        {
            publisher.Send(Chunks.Start().Full(id, 40, audio.Length, RtmpMessageType.Audio, 1).Body(audio).Basic(3, id).Body(audio).Bytes);
        }

        studio.Settle();
        Assert.Equal(6, viewer.Media.Count());
        Assert.Empty(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-2.3", "RTMP-2.7")]
    public void A_publisher_that_sends_one_byte_at_a_time()
    {
        var studio = Open();
        var viewer = studio.Play();
        var said = new List<byte>([3, .. new byte[2 * 1536]]);
        var other = studio.Join(); // its encoder
        byte[] Command(string name, params AmfValue[] values) => other.Encode(
            RtmpMessageType.CommandAmf0, 0, name == "publish" ? 1u : 0, RawClient.Amf([AmfValue.Of(name), AmfValue.Of(1), .. values]));
        said.AddRange(Command("connect", AmfValue.Object(new AmfMember("app", AmfValue.Of("live")))));
        said.AddRange(Command("createStream", AmfValue.Null));
        said.AddRange(Command("publish", AmfValue.Null, AmfValue.Of("cam")));
        said.AddRange(other.Encode(RtmpMessageType.Video, 0, 1, Samples.AvcConfig));
        said.AddRange(other.Encode(RtmpMessageType.Video, 0x01000000, 1, Samples.Key()));
        said.AddRange(other.Encode(RtmpMessageType.Audio, 0x0100000A, 1, Samples.Aac()));
        var slow = studio.Dial();
        foreach (var one in said)
        {
            slow.Send(one);
            studio.Run(0.0005);
        }

        studio.Settle();
        Assert.Equal([Samples.AvcConfig, Samples.Key(), Samples.Aac()], viewer.Media.Select(m => m.Body));
        Assert.Empty(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-1.6/ends", "RTMP-1.8")]
    public void Handshakes_that_stall_in_every_state_end_at_the_same_deadline_and_are_told_nothing_more()
    {
        var studio = Open();
        foreach (var bytes in new[] { 0, 1, 9, 1000, 1537, 1538, 3000, 3072 })
        {
            studio.Dial().Send(new byte[] { 3 }.Concat(new byte[3072]).Take(bytes).ToArray());
        }

        studio.Run(9.9);
        Assert.Empty(studio.Closed);
        studio.Run(0.2);
        Assert.Equal(Enumerable.Repeat("HandshakeTimeout", 8), studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-1.8/cancelled")]
    public void The_handshakes_deadline_is_gone_with_its_success()
    {
        var studio = Open();
        var client = studio.Dial();
        studio.Run(9.9);
        client.Handshake();
        studio.Run(30);

        Assert.Empty(studio.Closed);
        Assert.Equal("Connected", client.State);
    }

    private static byte[] Aggregate(int parts) => [.. Enumerable.Range(0, parts).SelectMany(_ => Part(RtmpMessageType.Audio, [0xAF]))];

    private static byte[] Part(RtmpMessageType type, byte[] body) =>
    [
        (byte)type, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, 0, 0, 0, 0, 0, 0, 0, .. body, 0, 0, 0, 0,
    ];

    private void Ends(Reason why, Action<RawClient> attack)
    {
        var studio = Open(() => new Studio(new RtmpServerOptions
        {
            Limits = RtmpLimits.Default with { MessageBytesMax = 1 << 20, ReassemblyBytesMax = 4 << 20 },
        }));
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        var before = studio.Server.Engine.Leaks.Read();
        var attacker = studio.Dial();
        attacker.Handshake();
        attack(attacker);
        studio.Run(2);

        Assert.Equal([why.ToString()], studio.Closed);
        Assert.True(attacker.Finished);
        Assert.Equal(before, studio.Server.Engine.Leaks.Read());
        publisher.Gop(1000);
        studio.Settle();
        Assert.Equal(9, viewer.Media.Count());
    }
}
