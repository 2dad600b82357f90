using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class ChunkWriterTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void The_first_header_is_full_and_the_stream_id_stands_where_it_is_patched()
    {
        var bytes = new byte[ChunkEncoder.Measure(3, 128, extendedTimestamp: false)];

        Assert.Equal(bytes.Length, ChunkEncoder.Encode(bytes, 6, RtmpMessageType.Video, 0x010203, 0x0A0B0C0D, [7, 8, 9], 128));

        Assert.Equal("06010203000003090D0C0B0A070809", Convert.ToHexString(bytes));
        ChunkEncoder.PatchMessageStream(bytes, 5);
        Assert.Equal("060102030000030905000000070809", Convert.ToHexString(bytes));
    }

    [Fact]
    [Requirement("RTMP-2.7")]
    public void An_extended_time_stands_on_every_chunk()
    {
        var bytes = new byte[ChunkEncoder.Measure(5, 2, extendedTimestamp: true)];

        ChunkEncoder.Encode(bytes, 4, RtmpMessageType.Audio, 0x01000000, 1, [1, 2, 3, 4, 5], 2);

        Assert.Equal("04FFFFFF0000050801000000010000000102C4010000000304C40100000005", Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Requirement("RTMP-2.3", "RTMP-2.7")]
    public void What_is_encoded_is_read_back_from_any_fragmentation(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 100; round++)
        {
            var size = rng.Chance(0.3) ? rng.Between(1, 10) : rng.Between(11, 65_536);
            var sent = new List<Kept>();
            var wire = Chunks.Start().Control(RtmpMessageType.SetChunkSize, (uint)size);
            for (var count = rng.Between(1, 8); count > 0; count--)
            {
                var body = new byte[rng.Chance(0.2) ? rng.Below(3) * size : rng.Below(20_000)];
                body = body.Length > 200_000 ? body[..200_000] : body;
                rng.Fill(body);
                var time = rng.Chance(0.5) ? (uint)rng.Next() : (uint)rng.Below(0xFFFFFF);
                var message = new Kept(RtmpMessageType.Video, time, (uint)rng.Next(), rng.Between(3, 63), body);
                sent.Add(message);
                var encoded = new byte[ChunkEncoder.Measure(body.Length, size, ChunkEncoder.IsExtended(time))];
                Assert.Equal(
                    encoded.Length,
                    ChunkEncoder.Encode(encoded, (byte)message.ChunkStream, message.Type, time, message.Stream, body, size));
                wire.Body(encoded);
            }

            var bytes = wire.Bytes;
            int[] cuts = [.. Enumerable.Range(0, rng.Below(20)).Select(_ => rng.Below(bytes.Length)).Order()];
            var reader = new ChunkReader(RtmpLimits.Default, _world.Pool);
            var received = Chunks.Feed(reader, bytes, cuts);
            Assert.Equal(Reason.None, reader.Failure);
            Assert.Equal((ulong)bytes.Length, reader.BytesReceived);
            reader.Release();
            Assert.Equal(sent.Select(m => m.ToString()), received.Select(m => m.ToString()));
        }
    }

    [Fact]
    public void Any_encoded_message_may_be_left_out()
    {
        var wire = Chunks.Start();
        for (var i = 0; i < 10; i++)
        {
            var encoded = new byte[ChunkEncoder.Measure(4, 128, extendedTimestamp: false)];
            ChunkEncoder.Encode(encoded, 6, RtmpMessageType.Video, (uint)(i * 40), 1, [1, 2, 3, (byte)i], 128);
            if (i % 3 != 1)
            {
                wire.Body(encoded);
            }
        }

        Assert.Equal([0u, 80, 120, 200, 240, 320, 360], Chunks.FeedWhole(wire.Bytes, _world).Select(m => m.Timestamp));
    }

    [Fact]
    [Requirement("RTMP-2.2")]
    public void The_writer_uses_the_chunk_size_it_announced()
    {
        var writer = new ChunkWriter();
        var body = ChunkReaderTests.Pattern(10_000);
        var bytes = Written(batch =>
        {
            writer.Write(batch, ChunkWriter.CommandChunkStream, RtmpMessageType.CommandAmf0, 0, 0, body);
            writer.WriteChunkSize(batch, 4096);
            writer.Write(batch, ChunkWriter.CommandChunkStream, RtmpMessageType.CommandAmf0, 0, 0, body);
            writer.WritePeerBandwidth(batch, 2_500_000, 2);
            writer.WriteControl(batch, RtmpMessageType.Acknowledgement, 77);
            new UserControlMessage(UserControlEvent.SetBufferLength, 1, 3000).Write(batch, writer);
        });

        var messages = Chunks.FeedWhole(bytes, _world);

        Assert.Equal(body, messages[0].Body);
        Assert.Equal(body, messages[1].Body);
        Assert.Equal("002625A002", Convert.ToHexString(messages[2].Body));
        Assert.Equal("0000004D", Convert.ToHexString(messages[3].Body));
        Assert.True(UserControlMessage.TryParse(messages[4].Body, out var control));
        Assert.Equal(new UserControlMessage(UserControlEvent.SetBufferLength, 1, 3000), control);
    }

    [Theory]
    [InlineData(1000, 0u)]
    [InlineData(65_536, 0x01000000u)]
    public void A_large_payload_goes_out_by_reference_over_many_batches(int room, uint time)
    {
        var shared = new SharedArray(ChunkReaderTests.Pattern(300_000));
        var writer = new ChunkWriter();
        var wire = Chunks.Start();
        var batch = new SendBatch();
        batch.Begin(room);
        writer.WriteChunkSize(batch, 50_000);
        writer.Begin(batch, 6, RtmpMessageType.Video, time, 1, shared.Bytes, shared);
        var done = false;
        for (var i = 0; i < 1000 && !done; i++)
        {
            done = writer.Advance(batch);
            Assert.True(batch.Bytes <= room + 64, "a batch overshot by more than headers");
            var bytes = new byte[batch.Bytes];
            batch.CopyTo(bytes);
            wire.Body(bytes);
            batch.Release();
            batch.Begin(room);
        }

        Assert.True(done);
        Assert.False(writer.IsBusy);
        Assert.Equal(1, shared.References);
        var message = Assert.Single(Chunks.FeedWhole(wire.Bytes, _world));
        Assert.Equal(time, message.Timestamp);
        Assert.Equal(shared.Bytes, message.Body);
    }

    [Fact]
    public void A_message_that_is_abandoned_lets_go_of_its_payload()
    {
        var shared = new SharedArray(new byte[100_000]);
        var writer = new ChunkWriter();
        var batch = new SendBatch();
        batch.Begin(10_000);
        writer.WriteChunkSize(batch, 65_536);
        writer.Begin(batch, 6, RtmpMessageType.Video, 0, 1, shared.Bytes, shared);
        Assert.False(writer.Advance(batch));
        Assert.Throws<InvalidOperationException>(() => writer.WriteControl(batch, RtmpMessageType.Acknowledgement, 1));

        batch.Release();
        writer.Abandon();
        writer.Abandon();

        Assert.Equal(1, shared.References);
    }

    private static byte[] Written(Action<SendBatch> write)
    {
        var batch = new SendBatch();
        batch.Begin(int.MaxValue);
        write(batch);
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        batch.Release();
        return bytes;
    }
}
