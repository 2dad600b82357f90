using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class ChunkHostileTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    [Requirement("RTMP-2.7/message-size")]
    public void A_message_above_the_limit_is_refused_by_its_header()
    {
        var limits = RtmpLimits.Default with { MessageBytesMax = 100_000 };

        Assert.Equal(Reason.MessageTooLarge, Fails(Chunks.Start().Full(6, 0, 100_001, RtmpMessageType.Video, 1), limits));
        Assert.Equal(Reason.None, Fails(Chunks.Start().Full(6, 0, 100_000, RtmpMessageType.Video, 1), limits));
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void A_declared_length_costs_no_memory()
    {
        var chunks = Chunks.Start();
        for (var id = 3; id < 63; id++)
        {
            chunks.Full(id, 0, 0xFFFFFF, RtmpMessageType.Video, 1).Body(new byte[128]);
        }

        var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
        var bytes = chunks.Bytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Chunks.Feed(reader, bytes);
        var grown = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Reason.None, reader.Failure);
        Assert.Equal(60 * 128, reader.PartialBytes);
        Assert.True(grown < 1_000_000, $"{grown} bytes for 60 declared lengths of 16 MiB");
        reader.Release();
        Assert.Equal(0, reader.PartialBytes);
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void Unfinished_messages_are_bounded_together()
    {
        var limits = RtmpLimits.Default with { MessageBytesMax = 1024, ReassemblyBytesMax = 1024 };
        var chunks = Chunks.Start();
        for (var id = 3; id < 11; id++)
        {
            chunks.Full(id, 0, 1024, RtmpMessageType.Video, 1).Body(new byte[128]);
        }

        Assert.Equal(Reason.None, Fails(chunks, limits));
        Assert.Equal(Reason.MessageTooLarge, Fails(chunks.Full(11, 0, 1024, RtmpMessageType.Video, 1).Body(1), limits));
    }

    [Fact]
    [Requirement("RTMP-2.7/chunk-streams")]
    public void A_million_chunk_streams_end_at_the_limit()
    {
        var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
        var opened = 0;
        for (var id = 2; id < 1_000_000 && reader.Failure == Reason.None; id++)
        {
            Chunks.Feed(reader, Chunks.Start().Full(2 + (id % 65_598), 0, 0, RtmpMessageType.Audio, 1).Bytes);
            opened++;
        }

        Assert.Equal(Reason.TooManyChunkStreams, reader.Failure);
        Assert.Equal(65, opened);
        Assert.Equal(64, reader.ChunkStreams);
        reader.Release();
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    [Requirement("RTMP-2.1")]
    public void A_chunk_size_out_of_range_is_refused(uint size) =>
        Assert.Equal(Reason.ChunkSizeOutOfRange, Fails(Chunks.Start().Control(RtmpMessageType.SetChunkSize, size)));

    [Fact]
    [Requirement("RTMP-2.1")]
    public void A_chunk_size_above_the_configured_limit_is_refused() => Assert.Equal(
        Reason.ChunkSizeOutOfRange,
        Fails(Chunks.Start().Control(RtmpMessageType.SetChunkSize, 4097), RtmpLimits.Default with { ChunkSizeMax = 4096 }));

    [Fact]
    public void A_control_message_without_its_value_is_malformed() =>
        Assert.Equal(Reason.MalformedMessage, Fails(Chunks.Start().Full(2, 0, 3, RtmpMessageType.SetChunkSize, 0).Body(0, 0, 1)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_header_within_a_message_goes_on_with_it(int format)
    {
        var chunks = Chunks.Start().Full(6, 0, 200, RtmpMessageType.Video, 1).Body(new byte[128]);
        _ = format switch
        {
            0 => chunks.Full(6, 0, 200, RtmpMessageType.Video, 1),
            1 => chunks.SameStream(6, 0, 200, RtmpMessageType.Video),
            _ => chunks.SameLength(6, 0),
        };

        var message = Assert.Single(Chunks.FeedEveryWay(chunks.Body(new byte[72]).Bytes, _world));
        Assert.Equal((0u, 200), (message.Timestamp, message.Body.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Another_header_within_a_message_says_that_its_sender_gave_the_message_up(int format)
    {
        var chunks = Chunks.Start().Full(6, 0, 200, RtmpMessageType.Video, 1).Body(new byte[128]);
        _ = format switch
        {
            0 => chunks.Full(6, 40, 100, RtmpMessageType.Video, 1).Body(new byte[100]),
            1 => chunks.SameStream(6, 40, 100, RtmpMessageType.Video).Body(new byte[100]),
            _ => chunks.SameLength(6, 40).Body(new byte[128]).Same(6).Body(new byte[72]),
        };

        var message = Assert.Single(Chunks.FeedEveryWay(chunks.Bytes, _world));
        Assert.Equal((40u, format < 2 ? 100 : 200), (message.Timestamp, message.Body.Length));
    }

    [Fact]
    public void A_delta_on_a_chunk_stream_that_was_never_opened_is_malformed()
    {
        Assert.Equal(Reason.MalformedHeader, Fails(Chunks.Start().SameLength(6, 0)));
        Assert.Equal(Reason.MalformedHeader, Fails(Chunks.Start().Same(6)));
        Assert.Equal(Reason.MalformedHeader, Fails(Chunks.Start().Same(65_000)));
    }

    [Fact]
    public void A_failed_reader_stays_failed_and_takes_nothing()
    {
        var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
        Chunks.Feed(reader, [0xC6]);

        var status = reader.Read([0x03, 0, 0, 0], out var consumed, out _);

        Assert.Equal(WireReadStatus.Failed, status);
        Assert.Equal(0, consumed);
        reader.Release();
        reader.Release();
        Assert.Equal(Reason.MalformedHeader, reader.Failure);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_and_broken_sessions_never_throw_or_leak(ulong seed)
    {
        var rng = new Rng(seed);
        var valid = Chunks.Start()
            .Control(RtmpMessageType.SetChunkSize, 200)
            .Full(6, 0xFFFFFF, 500, RtmpMessageType.Video, 1).U32(0x01020304).Body(new byte[200])
            .Same(6).U32(0x01020304).Body(new byte[200])
            .SameStream(4, 30, 20, RtmpMessageType.Audio).Body(new byte[20])
            .Control(RtmpMessageType.Abort, 6)
            .Bytes;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])valid.Clone();
            for (var i = rng.Between(1, 6); i > 0; i--)
            {
                bytes[rng.Below(bytes.Length)] = (byte)rng.Next();
            }

            if (rng.Chance(0.2))
            {
                rng.Fill(bytes);
            }

            var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
            Chunks.Feed(reader, bytes, rng.Below(bytes.Length));
            Assert.True(reader.PartialBytes <= bytes.Length);
            reader.Release();
        }
    }

    private Reason Fails(Chunks chunks, RtmpLimits? limits = null) => Chunks.Fails(chunks.Bytes, _world, limits);
}
