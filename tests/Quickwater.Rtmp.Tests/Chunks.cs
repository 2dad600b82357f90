using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp.Tests;

/// <summary>A message that a test keeps.</summary>
internal sealed record Kept(RtmpMessageType Type, uint Timestamp, uint Stream, int ChunkStream, byte[] Body)
{
    public override string ToString() => $"{Type} {Timestamp} {Stream} {ChunkStream} {Convert.ToHexString(Body)}";
}

/// <summary>Raw chunks, written by hand so that the reader is not tested against our own encoder alone.</summary>
internal sealed class Chunks
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public static Chunks Start() => new();

    public Chunks Basic(int format, int id, bool wide = false)
    {
        if (id < 64)
        {
            _bytes.Add((byte)((format << 6) | id));
        }
        else if (id < 320 && !wide)
        {
            _bytes.AddRange([(byte)(format << 6), (byte)(id - 64)]);
        }
        else
        {
            _bytes.AddRange([(byte)((format << 6) | 1), (byte)((id - 64) & 0xFF), (byte)((id - 64) >> 8)]);
        }

        return this;
    }

    public Chunks Full(int id, uint time, int length, RtmpMessageType type, uint stream)
    {
        Basic(0, id).U24(time).U24((uint)length)._bytes.Add((byte)type);
        Span<byte> little = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(little, stream);
        _bytes.AddRange(little);
        return this;
    }

    public Chunks SameStream(int id, uint delta, int length, RtmpMessageType type)
    {
        Basic(1, id).U24(delta).U24((uint)length)._bytes.Add((byte)type);
        return this;
    }

    public Chunks SameLength(int id, uint delta) => Basic(2, id).U24(delta);

    public Chunks Same(int id) => Basic(3, id);

    public Chunks U24(uint value)
    {
        _bytes.AddRange([(byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        return this;
    }

    public Chunks U32(uint value)
    {
        _bytes.Add((byte)(value >> 24));
        return U24(value);
    }

    public Chunks Body(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Chunks Control(RtmpMessageType type, uint value) => Full(2, 0, 4, type, 0).U32(value);

    /// <summary>Feeds the bytes in pieces that end at the given places, keeping what is not consumed as a connection does.</summary>
    public static List<Kept> Feed(ChunkReader reader, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> ends)
    {
        var kept = new List<Kept>();
        var from = 0;
        for (var i = 0; i <= ends.Length; i++)
        {
            var end = i < ends.Length ? ends[i] : bytes.Length;
            while (true)
            {
                var status = reader.Read(bytes[from..end], out var consumed, out var message);
                from += consumed;
                if (status == WireReadStatus.Item)
                {
                    kept.Add(new Kept(
                        message.Type, message.Timestamp, message.MessageStreamId, message.ChunkStreamId, message.Payload.Span.ToArray()));
                    message.Payload.Release();
                    continue;
                }

                Assert.Equal(reader.Failure == Reason.None ? WireReadStatus.NeedMore : WireReadStatus.Failed, status);
                Assert.True(status == WireReadStatus.Failed || end - from <= 17, "more than a header was left");
                break;
            }
        }

        return kept;
    }

    public static List<Kept> FeedWhole(byte[] bytes, World world, RtmpLimits? limits = null)
    {
        var reader = new ChunkReader(limits ?? RtmpLimits.Default, world.Pool);
        var kept = Feed(reader, bytes);
        Assert.Equal(Reason.None, reader.Failure);
        reader.Release();
        return kept;
    }

    /// <summary>Whole, byte by byte, and cut in two at every place: always the same messages.</summary>
    public static List<Kept> FeedEveryWay(byte[] bytes, World world)
    {
        var whole = FeedWhole(bytes, world);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var reader = new ChunkReader(RtmpLimits.Default, world.Pool);
            Assert.Equal(whole.Select(m => m.ToString()), Feed(reader, bytes, cut).Select(m => m.ToString()));
            reader.Release();
        }

        var slow = new ChunkReader(RtmpLimits.Default, world.Pool);
        int[] everywhere = [.. Enumerable.Range(0, bytes.Length)];
        Assert.Equal(whole.Select(m => m.ToString()), Feed(slow, bytes, everywhere).Select(m => m.ToString()));
        slow.Release();
        return whole;
    }

    public static Reason Fails(byte[] bytes, World world, RtmpLimits? limits = null)
    {
        var reader = new ChunkReader(limits ?? RtmpLimits.Default, world.Pool);
        Feed(reader, bytes);
        var failure = reader.Failure;
        reader.Release();
        return failure;
    }
}
