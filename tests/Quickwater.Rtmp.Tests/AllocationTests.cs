using System.Text;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void Reading_chunks_allocates_nothing_once_warm()
    {
        using var world = new World();
        var reader = new ChunkReader(RtmpLimits.Default, world.Pool);
        var chunks = Chunks.Start().Control(RtmpMessageType.SetChunkSize, 4096);
        for (var i = 0; i < 20; i++)
        {
            var body = new byte[9000 + i];
            var encoded = new byte[ChunkEncoder.Measure(body.Length, 4096, extendedTimestamp: false)];
            ChunkEncoder.Encode(encoded, 6, RtmpMessageType.Video, (uint)i, 1, body, 4096);
            chunks.Body(encoded);
        }

        var bytes = chunks.Bytes;

        Assert.Equal(0, AllocatedBy(() =>
        {
            var rest = bytes.AsSpan();
            while (reader.Read(rest, out var consumed, out var message) == WireReadStatus.Item)
            {
                rest = rest[consumed..];
                message.Payload.Release();
            }
        }));
        reader.Release();
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        var body = new byte[100_000];
        var destination = new byte[200_000];

        Assert.Equal(0, AllocatedBy(() =>
        {
            ChunkEncoder.Encode(destination, 6, RtmpMessageType.Video, 0x01000000, 1, body, 128);
            FlvWriter.Encode(destination, FlvTagType.Video, 5, body);
        }));
    }

    [Fact]
    public void Writing_messages_into_a_batch_allocates_nothing_once_warm()
    {
        var shared = new SharedArray(new byte[100_000]);
        var writer = new ChunkWriter();
        var batch = new SendBatch();

        Assert.Equal(0, AllocatedBy(() =>
        {
            batch.Begin(200_000);
            writer.WriteControl(batch, RtmpMessageType.Acknowledgement, 1);
            writer.Begin(batch, 6, RtmpMessageType.Video, 0, 1, shared.Bytes, shared);
            writer.Advance(batch);
            writer.Abandon();
            batch.Release();
        }));
    }

    [Fact]
    public void Reading_flv_and_headers_allocates_nothing_once_warm()
    {
        using var world = new World();
        byte[] body = [0x17, 1, 0, 0, 0, .. new byte[5000]];
        var file = new byte[FlvWriter.HeaderBytes];
        FlvWriter.WriteHeader(file, true, true);
        var tag = new byte[FlvWriter.Measure(body.Length)];
        FlvWriter.Encode(tag, FlvTagType.Video, 0, body);
        var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, world.Pool);
        reader.Read(file, out _, out _);
        var keys = 0;

        Assert.Equal(0, AllocatedBy(() =>
        {
            if (reader.Read(tag, out _, out var read) == WireReadStatus.Item)
            {
                keys += FlvVideoHeader.Parse(read.Payload.Span).IsKey ? 1 : 0;
                read.Payload.Release();
            }

            reader.Read(tag.AsSpan(tag.Length - 4), out _, out _);
        }));
        Assert.True(keys > 0);
        reader.Release();
    }

    [Fact]
    public void Pulling_amf_apart_allocates_nothing()
    {
        var bytes = new byte[1000];
        var writer = new Amf0Writer(bytes);
        writer.WriteString("onMetaData"u8);
        writer.BeginEcmaArray(2);
        writer.WriteKey("width"u8);
        writer.WriteNumber(1280);
        writer.WriteKey("encoder"u8);
        writer.WriteString("obs"u8);
        writer.EndObject();
        var length = writer.Length;

        Assert.Equal(0, AllocatedBy(() =>
        {
            var reader = new Amf0Reader(bytes.AsSpan(0, length), RtmpLimits.Default);
            while (reader.Read())
            {
            }
        }));
        Assert.Equal("onMetaData", Encoding.UTF8.GetString(bytes, 3, 10));
    }

    private static long AllocatedBy(Action work)
    {
        for (var i = 0; i < 50; i++)
        {
            work();
        }

        // The smallest of several: the runtime may compile something between two of them.
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var j = 0; j < 20; j++)
            {
                work();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
