using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class ChunkReaderTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    [Requirement("RTMP-2.7/message-header", "RTMP-2.3")]
    [Requirement("RTMP-21.8/chunks")]
    public void Every_header_form_is_read_at_every_split()
    {
        var bytes = Chunks.Start()
            .Full(4, 1000, 3, RtmpMessageType.Audio, 1).Body(1, 2, 3)
            .SameStream(4, 20, 2, RtmpMessageType.Audio).Body(4, 5)
            .SameLength(4, 30).Body(6, 7)
            .Same(4).Body(8, 9)
            .Full(63, 7, 1, RtmpMessageType.Video, 0x01020304).Body(10)
            .Full(64, 8, 1, RtmpMessageType.Video, 2).Body(11)
            .Full(319, 9, 1, RtmpMessageType.Video, 2).Body(12)
            .Full(320, 10, 1, RtmpMessageType.Video, 2).Body(13)
            .Full(65599, 11, 0, RtmpMessageType.Video, 2)
            .Bytes;

        var messages = Chunks.FeedEveryWay(bytes, _world);

        Assert.Equal(
            [
                "Audio 1000 1 4 010203", "Audio 1020 1 4 0405", "Audio 1050 1 4 0607", "Audio 1080 1 4 0809",
                "Video 7 16909060 63 0A", "Video 8 2 64 0B", "Video 9 2 319 0C", "Video 10 2 320 0D", "Video 11 2 65599 ",
            ],
            messages.Select(m => m.ToString()));
    }

    [Fact]
    [Requirement("RTMP-2.7/basic-header")]
    public void An_id_in_two_and_in_three_bytes_is_the_same_chunk_stream()
    {
        var bytes = Chunks.Start().Full(100, 5, 1, RtmpMessageType.Audio, 1).Body(1).Basic(3, 100, wide: true).Body(2).Bytes;

        Assert.Equal(["Audio 5 1 100 01", "Audio 10 1 100 02"], Chunks.FeedWhole(bytes, _world).Select(m => m.ToString()));
    }

    [Fact]
    [Requirement("RTMP-2.3")]
    public void Interleaved_messages_are_put_together()
    {
        var video = Pattern(300);
        var audio = Pattern(200);
        var bytes = Chunks.Start()
            .Full(6, 40, 300, RtmpMessageType.Video, 1).Body(video.AsSpan(0, 128))
            .Full(4, 41, 200, RtmpMessageType.Audio, 1).Body(audio.AsSpan(0, 128))
            .Same(6).Body(video.AsSpan(128, 128))
            .Same(4).Body(audio.AsSpan(128))
            .Same(6).Body(video.AsSpan(256))
            .Bytes;

        var messages = Chunks.FeedEveryWay(bytes, _world);

        Assert.Equal([RtmpMessageType.Audio, RtmpMessageType.Video], messages.Select(m => m.Type));
        Assert.Equal(audio, messages[0].Body);
        Assert.Equal(video, messages[1].Body);
    }

    [Fact]
    [Requirement("RTMP-2.7/extended")]
    public void Extended_timestamps_are_read_on_every_format()
    {
        var bytes = Chunks.Start()
            .Full(6, 0xFFFFFF, 1, RtmpMessageType.Video, 1).U32(0x01000000).Body(1)
            .SameStream(6, 0xFFFFFF, 1, RtmpMessageType.Video).U32(0x01000010).Body(2)
            .SameLength(6, 0xFFFFFF).U32(0x02000000).Body(3)
            .SameLength(6, 5).Body(4)
            .Full(6, 0xFFFFFF, 1, RtmpMessageType.Video, 1).U32(0xFFFFFF).Body(5)
            .Bytes;

        Assert.Equal(
            [0x01000000u, 0x02000010, 0x04000010, 0x04000015, 0xFFFFFF],
            Chunks.FeedEveryWay(bytes, _world).Select(m => m.Timestamp));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("RTMP-2.7/extended")]
    public void Type_3_chunks_may_repeat_the_extended_timestamp_or_not(bool repeated)
    {
        var body = Pattern(300);
        var chunks = Chunks.Start().Full(6, 0xFFFFFF, 300, RtmpMessageType.Video, 1).U32(0x01020304).Body(body.AsSpan(0, 128));
        (repeated ? chunks.Same(6).U32(0x01020304) : chunks.Same(6)).Body(body.AsSpan(128, 128));
        (repeated ? chunks.Same(6).U32(0x01020304) : chunks.Same(6)).Body(body.AsSpan(256));

        var message = Assert.Single(Chunks.FeedEveryWay(chunks.Bytes, _world));

        Assert.Equal(0x01020304u, message.Timestamp);
        Assert.Equal(body, message.Body);
    }

    [Theory]
    [InlineData(0x01000000u)] // the field of the header: a delta, as the specification says
    [InlineData(0x01000064u)] // the time of the message, as some senders write
    [Requirement("RTMP-2.7")]
    public void After_an_extended_delta_type_3_chunks_may_repeat_the_delta_or_the_time(uint repeated)
    {
        var body = Pattern(130);
        var bytes = Chunks.Start()
            .Full(6, 100, 0, RtmpMessageType.Video, 1)
            .SameStream(6, 0xFFFFFF, 130, RtmpMessageType.Video).U32(0x01000000).Body(body.AsSpan(0, 128))
            .Same(6).U32(repeated).Body(body.AsSpan(128))
            .Bytes;

        var message = Chunks.FeedEveryWay(bytes, _world)[1];

        Assert.Equal(0x01000064u, message.Timestamp);
        Assert.Equal(body, message.Body);
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void A_short_last_chunk_without_extended_timestamp_is_not_waited_on()
    {
        // Two payload bytes are all that comes, and they cannot be the time: nothing more is needed.
        var bytes = Chunks.Start()
            .Full(6, 0xFFFFFF, 130, RtmpMessageType.Video, 1).U32(0x01020304).Body(Pattern(128))
            .Same(6).Body(0x77, 0x78)
            .Bytes;

        Assert.Equal([0x77, 0x78], Assert.Single(Chunks.FeedWhole(bytes, _world)).Body[128..]);
    }

    [Fact]
    [Requirement("RTMP-2.7/state")]
    public void Type_3_that_begins_a_message_repeats_the_delta_and_after_type_0_the_time()
    {
        var bytes = Chunks.Start()
            .Full(4, 23, 1, RtmpMessageType.Audio, 1).Body(1)
            .Same(4).Body(2)
            .SameLength(4, 7).Body(3)
            .Same(4).Body(4)
            .Bytes;

        Assert.Equal([23u, 46, 53, 60], Chunks.FeedEveryWay(bytes, _world).Select(m => m.Timestamp));
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void Times_wrap_modulo_32_bits()
    {
        var bytes = Chunks.Start()
            .Full(4, 0xFFFFFF, 0, RtmpMessageType.Audio, 1).U32(0xFFFFFFF0)
            .SameLength(4, 0x20)
            .Bytes;

        Assert.Equal([0xFFFFFFF0, 0x10u], Chunks.FeedEveryWay(bytes, _world).Select(m => m.Timestamp));
    }

    [Fact]
    [Requirement("RTMP-2.7/state")]
    public void The_first_chunk_of_a_chunk_stream_may_be_type_1()
    {
        var bytes = Chunks.Start().SameStream(5, 30, 2, RtmpMessageType.UserControl).Body(0, 6).Bytes;

        Assert.Equal("UserControl 30 0 5 0006", Assert.Single(Chunks.FeedEveryWay(bytes, _world)).ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(0x7FFFFFFF)]
    [Requirement("RTMP-2.1", "RTMP-2.2")]
    [Requirement("RTMP-21.8/chunks")]
    public void A_peer_sets_its_chunk_size(int size)
    {
        var body = Pattern(5000);
        var chunks = Chunks.Start().Control(RtmpMessageType.SetChunkSize, (uint)size).Full(6, 1, body.Length, RtmpMessageType.Video, 1);
        for (var at = 0; at < body.Length; at += size)
        {
            (at == 0 ? chunks : chunks.Same(6)).Body(body.AsSpan(at, Math.Min(size, body.Length - at)));
            if (size > body.Length)
            {
                break;
            }
        }

        Assert.Equal(body, Assert.Single(Chunks.FeedWhole(chunks.Bytes, _world)).Body);
    }

    [Fact]
    [Requirement("RTMP-2.2")]
    public void A_chunk_size_set_within_a_message_holds_from_the_next_chunk()
    {
        var body = Pattern(300);
        var bytes = Chunks.Start()
            .Full(6, 1, 300, RtmpMessageType.Video, 1).Body(body.AsSpan(0, 128))
            .Control(RtmpMessageType.SetChunkSize, 1000)
            .Same(6).Body(body.AsSpan(128))
            .Bytes;

        Assert.Equal(body, Assert.Single(Chunks.FeedEveryWay(bytes, _world)).Body);
    }

    [Fact]
    [Requirement("RTMP-2.5")]
    public void Abort_discards_the_partial_message_and_nothing_else()
    {
        var bytes = Chunks.Start()
            .Full(6, 1, 300, RtmpMessageType.Video, 1).Body(Pattern(128))
            .Full(4, 2, 200, RtmpMessageType.Audio, 1).Body(Pattern(128))
            .Control(RtmpMessageType.Abort, 6)
            .Control(RtmpMessageType.Abort, 77)
            .Full(6, 3, 1, RtmpMessageType.Video, 1).Body(9)
            .Same(4).Body(Pattern(72))
            .Bytes;

        var messages = Chunks.FeedEveryWay(bytes, _world);

        Assert.Equal([3u, 2u], messages.Select(m => m.Timestamp));
        Assert.Equal(200, messages[1].Body.Length);
    }

    [Fact]
    [Requirement("RTMP-2.4/media", "RTMP-2.6")]
    public void Messages_of_any_type_are_handed_out_and_only_the_chunk_layers_own_are_kept()
    {
        var chunks = Chunks.Start();
        for (var type = 0; type < 256; type++)
        {
            chunks.Full(3, 0, 4, (RtmpMessageType)type, 0).U32(type == 2 ? 9u : 128u);
        }

        var types = Chunks.FeedWhole(chunks.Bytes, _world).Select(m => (int)m.Type);

        Assert.Equal(Enumerable.Range(0, 256).Except([1, 2, 5]), types);
    }

    [Fact]
    public void Acknowledgements_are_due_once_a_window()
    {
        var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
        Chunks.Feed(reader, Chunks.Start().Control(RtmpMessageType.WindowAckSize, 1000).Bytes);
        reader.AddReceived(Handshake.TotalBytes);
        Assert.True(reader.TakeAck(out var first));
        Assert.Equal(16u + Handshake.TotalBytes, first);
        Assert.False(reader.TakeAck(out _));

        Chunks.Feed(reader, Chunks.Start().Full(6, 0, 128, RtmpMessageType.Video, 1).Body(Pattern(128)).Bytes);
        Assert.False(reader.TakeAck(out _));

        for (var i = 0; i < 7; i++)
        {
            Chunks.Feed(reader, Chunks.Start().Same(6).Body(Pattern(128)).Bytes);
        }

        Assert.True(reader.TakeAck(out var second));
        Assert.Equal(first + 140 + (7 * 129), second);
        Assert.False(reader.TakeAck(out _));
        reader.Release();
    }

    internal static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Rng((ulong)length).Fill(bytes);
        return bytes;
    }
}
