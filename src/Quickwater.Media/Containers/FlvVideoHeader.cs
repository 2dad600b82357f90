using Quickwater.Core;

namespace Quickwater.Media;

// The body of a video tag or message begins (FLV 10.1, E.4.3.1; Enhanced RTMP v2):
//
//  plain      |0|frame:3|codec:4|    and for H.264   |packet:8|composition time:24|
//  extended   |1|frame:3|packet:4|   and what ExHeader draws; then for CodedFrames of avc1, hvc1, vvc1   |composition time:24|

/// <summary>
/// What the first bytes of a video tag or message say: as much as the relay must know, whatever the codec is. Parsing never fails; what is cut off
/// or unknown is plain data.
/// </summary>
public readonly struct FlvVideoHeader
{
    private const int KeyFrame = 1;
    private const int Disposable = 3;
    private const int GeneratedKeyFrame = 4;
    private const int Command = 5;

    private FlvVideoHeader(int frameType, FlvVideoCodec codec, FourCc fourCc, FlvVideoPacketType packetType, int length)
    {
        FrameType = frameType;
        Codec = codec;
        FourCc = fourCc;
        PacketType = packetType;
        Length = length;
    }

    /// <summary>The frame type's bits: 1 key, 2 inter, 3 disposable inter, 4 generated key, 5 command.</summary>
    public int FrameType { get; }

    /// <summary>The codec of a plain header.</summary>
    public FlvVideoCodec Codec { get; }

    /// <summary>The codec of an extended header, and that of a plain one where it has a code: what to compare.</summary>
    public FourCc FourCc { get; }

    /// <summary>What it carries. Codecs without packet types carry <see cref="FlvVideoPacketType.CodedFrames"/>.</summary>
    public FlvVideoPacketType PacketType { get; }

    /// <summary>Where the codec's data begins.</summary>
    public int Length { get; }

    /// <summary>Whether the header is extended.</summary>
    public bool IsExtended { get; private init; }

    /// <summary>Whether it carries tracks with ids; <see cref="Track"/> is the first one's.</summary>
    public bool IsMultitrack { get; private init; }

    /// <summary>The track's id; 0 without multitrack.</summary>
    public byte Track { get; private init; }

    /// <summary>Presentation less decoding time, in milliseconds.</summary>
    public int CompositionTime { get; private init; }

    /// <summary>Whether it is the decoder's configuration, which a viewer needs before anything else.</summary>
    public bool IsConfig => PacketType is FlvVideoPacketType.SequenceStart or FlvVideoPacketType.Mpeg2TsSequenceStart;

    /// <summary>Whether it is a picture from which decoding can begin.</summary>
    public bool IsKey => FrameType is KeyFrame or GeneratedKeyFrame && IsPicture;

    /// <summary>Whether nothing depends on it.</summary>
    public bool IsDisposable => FrameType == Disposable && IsPicture;

    /// <summary>Whether the sequence ends.</summary>
    public bool IsEndOfSequence => PacketType == FlvVideoPacketType.SequenceEnd;

    /// <summary>Whether it is AMF metadata that goes with the pictures, such as <c>colorInfo</c>.</summary>
    public bool IsMetadata => PacketType == FlvVideoPacketType.Metadata;

    /// <summary>Whether it is a command to the player instead of a picture.</summary>
    public bool IsCommand => FrameType == Command && !IsMetadata;

    /// <summary>Whether it carries coded pictures.</summary>
    public bool IsPicture => PacketType is FlvVideoPacketType.CodedFrames or FlvVideoPacketType.CodedFramesX && !IsCommand;

    /// <summary>Reads the first bytes of a body. An empty body is a picture that is no key.</summary>
    public static FlvVideoHeader Parse(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return new FlvVideoHeader(0, FlvVideoCodec.None, default, FlvVideoPacketType.CodedFrames, 0);
        }

        var frameType = (body[0] >> 4) & 7;
        return body[0] >= 0x80 ? ParseExtended(frameType, body) : ParsePlain(frameType, body);
    }

    private static FlvVideoHeader ParsePlain(int frameType, ReadOnlySpan<byte> body)
    {
        var codec = (FlvVideoCodec)(body[0] & 0xF);
        var fourCc = codec switch
        {
            FlvVideoCodec.Avc => FourCc.Avc,
            FlvVideoCodec.Hevc => FourCc.Hevc,
            _ => default,
        };
        if (fourCc.IsNone || frameType == Command || body.Length < 2)
        {
            return new FlvVideoHeader(frameType, codec, fourCc, FlvVideoPacketType.CodedFrames, 1);
        }

        return new FlvVideoHeader(frameType, codec, fourCc, (FlvVideoPacketType)body[1], Math.Min(5, body.Length))
        {
            CompositionTime = ReadTime(body[2..]),
        };
    }

    private static FlvVideoHeader ParseExtended(int frameType, ReadOnlySpan<byte> body)
    {
        var ex = ExHeader.Parse(body, (int)FlvVideoPacketType.Multitrack);
        var packetType = (FlvVideoPacketType)ex.PacketType;

        // The time stands behind the size of the track, where there are several; that is no affair of the relay.
        var hasTime = packetType == FlvVideoPacketType.CodedFrames && !ex.IsMultitrack
            && (ex.Codec == FourCc.Avc || ex.Codec == FourCc.Hevc || ex.Codec == FourCc.Vvc);
        return new FlvVideoHeader(
            frameType, FlvVideoCodec.None, ex.Codec, packetType, Math.Min(body.Length, ex.Length + (hasTime ? 3 : 0)))
        {
            IsExtended = true,
            IsMultitrack = ex.IsMultitrack,
            Track = ex.Track,
            CompositionTime = hasTime ? ReadTime(body[ex.Length..]) : 0,
        };
    }

    private static int ReadTime(ReadOnlySpan<byte> bytes) =>
        bytes is [var high, var middle, var low, ..] ? ((sbyte)high << 16) | (middle << 8) | low : 0;
}
