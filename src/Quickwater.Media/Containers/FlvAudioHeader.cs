using Quickwater.Core;

namespace Quickwater.Media;

// The body of an audio tag or message begins (FLV 10.1, E.4.2.1; Enhanced RTMP v2):
//
//  plain      |format:4|rate:2|16 bits:1|stereo:1|   and for AAC   |packet:8|
//  extended   |9:4|packet:4|   and what ExHeader draws

/// <summary>What the first bytes of an audio tag or message say, as <see cref="FlvVideoHeader"/> does for video.</summary>
public readonly struct FlvAudioHeader
{
    private FlvAudioHeader(FlvAudioFormat format, FourCc fourCc, FlvAudioPacketType packetType, int length)
    {
        Format = format;
        FourCc = fourCc;
        PacketType = packetType;
        Length = length;
    }

    /// <summary>The sound format.</summary>
    public FlvAudioFormat Format { get; }

    /// <summary>The codec of an extended header, and that of a plain one where it has a code: what to compare.</summary>
    public FourCc FourCc { get; }

    /// <summary>What it carries. Formats without packet types carry <see cref="FlvAudioPacketType.CodedFrames"/>.</summary>
    public FlvAudioPacketType PacketType { get; }

    /// <summary>Where the codec's data begins.</summary>
    public int Length { get; }

    /// <summary>Whether it carries tracks with ids; <see cref="Track"/> is the first one's.</summary>
    public bool IsMultitrack { get; private init; }

    /// <summary>The track's id; 0 without multitrack.</summary>
    public byte Track { get; private init; }

    /// <summary>
    /// The sample rate that a plain header says, in Hz. For AAC it means nothing (it is always 44100): see <see cref="AudioSpecificConfig"/>.
    /// </summary>
    public int SampleRate { get; private init; }

    /// <summary>The channels that a plain header says; for AAC always 2.</summary>
    public int Channels { get; private init; }

    /// <summary>Whether the header is extended.</summary>
    public bool IsExtended => Format == FlvAudioFormat.Extended;

    /// <summary>Whether it is the decoder's configuration, which a viewer needs before anything else.</summary>
    public bool IsConfig => PacketType == FlvAudioPacketType.SequenceStart;

    /// <summary>Whether it says which channel is which loudspeaker: kept beside the configuration.</summary>
    public bool IsMultichannelConfig => PacketType == FlvAudioPacketType.MultichannelConfig;

    /// <summary>Whether the sequence ends.</summary>
    public bool IsEndOfSequence => PacketType == FlvAudioPacketType.SequenceEnd;

    /// <summary>Reads the first bytes of a body. An empty body is silence: plain data.</summary>
    public static FlvAudioHeader Parse(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return new FlvAudioHeader(FlvAudioFormat.Pcm, default, FlvAudioPacketType.CodedFrames, 0);
        }

        var format = (FlvAudioFormat)(body[0] >> 4);
        if (format == FlvAudioFormat.Extended)
        {
            var ex = ExHeader.Parse(body, (int)FlvAudioPacketType.Multitrack);
            return new FlvAudioHeader(format, ex.Codec, (FlvAudioPacketType)ex.PacketType, ex.Length)
            {
                IsMultitrack = ex.IsMultitrack,
                Track = ex.Track,
            };
        }

        var isAac = format == FlvAudioFormat.Aac;
        var fourCc = isAac ? FourCc.Aac : format is FlvAudioFormat.Mp3 or FlvAudioFormat.Mp3At8 ? FourCc.Mp3 : default;
        var hasPacketType = isAac && body.Length > 1;
        var packetType = hasPacketType ? (FlvAudioPacketType)body[1] : FlvAudioPacketType.CodedFrames;
        return new FlvAudioHeader(format, fourCc, packetType, hasPacketType ? 2 : 1)
        {
            SampleRate = RateOf(format, (body[0] >> 2) & 3),
            Channels = (body[0] & 1) + 1,
        };
    }

    private static int RateOf(FlvAudioFormat format, int code) => format switch
    {
        FlvAudioFormat.Nellymoser16 or FlvAudioFormat.Speex => 16_000,
        FlvAudioFormat.Nellymoser8 or FlvAudioFormat.Mp3At8 or FlvAudioFormat.ALaw or FlvAudioFormat.MuLaw => 8_000,
        _ => code switch { 0 => 5_512, 1 => 11_025, 2 => 22_050, _ => 44_100 },
    };
}
