using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>What one side of a valid RTMP connection says behind its handshake, put together by hand from every form the wire has.</summary>
internal sealed class RtmpTape
{
    private readonly List<byte> _bytes = [];
    private int _chunkSize = RtmpLimits.InitialChunkSize;

    public static readonly byte[] AvcConfig =
    [
        0x17, 0, 0, 0, 0, 1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 10, 0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x47, 0xFE, 0x88,
        1, 0, 4, 0x68, 0xCE, 0x3C, 0x80,
    ];

    public static readonly byte[] AacConfig = [0xAF, 0, 0x12, 0x10];

    public static readonly byte[] Key = [0x17, 1, 0, 0, 0, 0, 0, 0, 5, 0x65, 1, 2, 3, 4, 0, 0, 0, 2, 0x41, 9];

    public static readonly byte[] Inter = [0x27, 1, 0, 0, 40, 0, 0, 0, 5, 0x41, 4, 3, 2, 1];

    public static readonly byte[] Aac = [0xAF, 1, 0x21, 0x10, 4, 5, 6, 7];

    public static readonly byte[] Metadata = Amf(
        AmfValue.Of("@setDataFrame"), AmfValue.Of("onMetaData"),
        AmfValue.EcmaArray(new AmfMember("width", AmfValue.Of(640)), new AmfMember("encoder", AmfValue.Of("fuzz"))));

    // FLV tags in a row (RTMP 1.0, 7.1.6).
    public static readonly byte[] Aggregate =
    [
        8, 0, 0, 8, 0, 0, 50, 0, 0, 0, 0, .. Aac, 0, 0, 0, 19,
        9, 0, 0, (byte)Inter.Length, 0, 0, 60, 0, 0, 0, 0, .. Inter, 0, 0, 0, (byte)(11 + Inter.Length),
    ];

    public byte[] Bytes => [.. _bytes];

    /// <summary>A publisher: the commands of an encoder, then media in headers of all forms.</summary>
    public static byte[] Publisher() => new RtmpTape()
        .Connect()
        .Command("releaseStream", 2, 0, AmfValue.Null, AmfValue.Of("cam"))
        .Command("createStream", 4, 0, AmfValue.Null)
        .ChunkSize(200)
        .Command("publish", 5, 1, AmfValue.Null, AmfValue.Of("cam?key=k"), AmfValue.Of("live"))
        .Message(RtmpMessageType.DataAmf0, 0, 1, Metadata)
        .Message(RtmpMessageType.Video, 0, 1, AvcConfig)
        .Message(RtmpMessageType.Audio, 0, 1, AacConfig)
        .Message(RtmpMessageType.Video, 0, 1, Key)
        .Raw([0x44, 0, 0, 20, 0, 0, (byte)Aac.Length, 8], Aac) // fmt 1 on a new chunk stream
        .Raw([0x84, 0, 0, 20], Aac) // fmt 2
        .Raw([0xC4], Aac) // fmt 3 that begins a message
        .Message(RtmpMessageType.Video, 0x01000000, 1, [.. Inter, .. new byte[300]]) // extended time, three chunks
        .Raw([0x00, 36, 0, 0, 0, 0, 0, (byte)Aac.Length, 8, 1, 0, 0, 0], Aac) // an id in two bytes
        .Raw([0x01, 0, 1, 0, 0, 0, 0, 0, 9, 9, 1, 0, 0, 0], Inter.AsSpan(0, 9)) // and in three
        .Message(RtmpMessageType.Abort, 0, 0, [0, 0, 0, 7])
        .Message(RtmpMessageType.Aggregate, 70, 1, Aggregate)
        .Message(RtmpMessageType.CommandAmf3, 0, 0, [0, .. Amf(AmfValue.Of("_checkbw"), AmfValue.Of(6), AmfValue.Null)])
        .Message(RtmpMessageType.DataAmf3, 90, 1, [0, .. Amf(AmfValue.Of("onCuePoint"), AmfValue.StrictArray(AmfValue.Of(true)))])
        .Message((RtmpMessageType)99, 0, 1, [1, 2, 3])
        .Message(RtmpMessageType.Video, 120, 1, Key)
        .Command("FCUnpublish", 7, 0, AmfValue.Null, AmfValue.Of("cam"))
        .Command("deleteStream", 8, 0, AmfValue.Null, AmfValue.Of(1))
        .Bytes;

    /// <summary>A player that pauses, asks and acknowledges.</summary>
    public static byte[] Player() => new RtmpTape()
        .Connect()
        .Message(RtmpMessageType.WindowAckSize, 0, 0, [0, 0x26, 0x25, 0xA0])
        .Command("createStream", 2, 0, AmfValue.Null)
        .Command("getStreamLength", 3, 0, AmfValue.Null, AmfValue.Of("cam"))
        .Command("play", 4, 1, AmfValue.Null, AmfValue.Of("cam"), AmfValue.Of(-2000))
        .Message(RtmpMessageType.UserControl, 0, 0, [0, 3, 0, 0, 0, 1, 0, 0, 0x0B, 0xB8])
        .Message(RtmpMessageType.UserControl, 0, 0, [0, 6, 1, 2, 3, 4])
        .Message(RtmpMessageType.Acknowledgement, 0, 0, [0, 0, 1, 0])
        .Command("pause", 5, 1, AmfValue.Null, AmfValue.Of(true), AmfValue.Of(20))
        .Command("pause", 6, 1, AmfValue.Null, AmfValue.Of(false), AmfValue.Of(20))
        .Command("receiveVideo", 7, 1, AmfValue.Null, AmfValue.Of(false))
        .Command("createStream", 8, 0, AmfValue.Null)
        .Command("play", 9, 2, AmfValue.Null, AmfValue.Of("other"))
        .Command("seek", 10, 1, AmfValue.Null, AmfValue.Of(0))
        .Command("closeStream", 11, 1, AmfValue.Null)
        .Bytes;

    /// <summary>A server's answers, to a publisher or to a player.</summary>
    public static byte[] Server(string started)
    {
        var tape = new RtmpTape()
            .Message(RtmpMessageType.WindowAckSize, 0, 0, [0, 0x26, 0x25, 0xA0])
            .Message(RtmpMessageType.SetPeerBandwidth, 0, 0, [0, 0x26, 0x25, 0xA0, 2])
            .ChunkSize(400)
            .Command("_result", 1, 0, AmfValue.Null, Status("status", "NetConnection.Connect.Success"))
            .Command("onBWDone", 0, 0, AmfValue.Null)
            .Command("_result", 2, 0, AmfValue.Undefined)
            .Command("_result", 3, 0, AmfValue.Undefined)
            .Command("_result", 4, 0, AmfValue.Null, AmfValue.Of(1))
            .Message(RtmpMessageType.UserControl, 0, 0, [0, 0, 0, 0, 0, 1])
            .Command("onStatus", 0, 1, AmfValue.Null, Status("status", started))
            .Message(RtmpMessageType.UserControl, 0, 0, [0, 6, 1, 2, 3, 4]);
        if (started.Contains("Play", StringComparison.Ordinal))
        {
            tape.Message(RtmpMessageType.DataAmf0, 0, 1, Metadata)
                .Message(RtmpMessageType.Video, 0, 1, AvcConfig)
                .Message(RtmpMessageType.Video, 0, 1, Key)
                .Message(RtmpMessageType.Aggregate, 10, 1, Aggregate)
                .Message(RtmpMessageType.Audio, 40, 1, Aac)
                .Message(RtmpMessageType.UserControl, 0, 0, [0, 1, 0, 0, 0, 1])
                .Command("onStatus", 0, 1, AmfValue.Null, Status("status", "NetStream.Play.UnpublishNotify"));
        }

        return tape.Command("onStatus", 0, 0, AmfValue.Null, Status("error", "NetConnection.Connect.Closed")).Bytes;
    }

    public static byte[] Amf(params AmfValue[] values)
    {
        var bytes = new byte[4096];
        var writer = new Amf0Writer(bytes);
        foreach (var value in values)
        {
            writer.Write(value);
        }

        return writer.Written.ToArray();
    }

    public RtmpTape Connect() => Command(
        "connect", 1, 0,
        AmfValue.Object(new AmfMember("app", AmfValue.Of("live")), new AmfMember("tcUrl", AmfValue.Of("rtmp://h/live"))));

    public RtmpTape Command(string name, double transaction, uint stream, params AmfValue[] values) =>
        Message(RtmpMessageType.CommandAmf0, 0, stream, Amf([AmfValue.Of(name), AmfValue.Of(transaction), .. values]));

    public RtmpTape Message(RtmpMessageType type, uint time, uint stream, byte[] body)
    {
        var bytes = new byte[ChunkEncoder.Measure(body.Length, _chunkSize, ChunkEncoder.IsExtended(time))];
        ChunkEncoder.Encode(bytes, 7, type, time, stream, body, _chunkSize);
        _bytes.AddRange(bytes);
        return this;
    }

    public RtmpTape ChunkSize(int size)
    {
        var body = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(body, size);
        Message(RtmpMessageType.SetChunkSize, 0, 0, body);
        _chunkSize = size;
        return this;
    }

    private RtmpTape Raw(byte[] header, ReadOnlySpan<byte> body)
    {
        _bytes.AddRange(header);
        _bytes.AddRange(body);
        return this;
    }

    private static AmfValue Status(string level, string code) =>
        AmfValue.Object(new AmfMember("level", AmfValue.Of(level)), new AmfMember("code", AmfValue.Of(code)));
}
