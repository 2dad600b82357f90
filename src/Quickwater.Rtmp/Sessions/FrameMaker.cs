using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Turns the media messages of one publication into frames: the payload is taken over as it is, only its first bytes are looked at.
/// What cannot be parsed is relayed all the same. Belongs to its session's turn.
/// </summary>
/// <param name="hub">Where frames and buffers come from.</param>
/// <param name="limits">For the AMF of data messages.</param>
internal sealed class FrameMaker(Hub hub, RtmpLimits limits)
{
    private const int AsideMillisecondsMax = 1000;

    // What is kept of a track for those who join: its decoder's configuration; its colours or loudspeakers.
    private const byte DecoderSlot = 0;
    private const byte DescriptionSlot = 1;
    private const FrameFlags EmptyConfig = FrameFlags.Config | FrameFlags.Empty;

    // What AMF3 says in one byte (a small integer, a string again) takes AMF0 more.
    private const int AmfGrowthMax = 16;
    private const int AmfBytesMax = 256 * 1024;

    private long _time;
    private uint _lastTimestamp;
    private bool _hasTime;
    private int _nalLengthBytes;

    /// <summary>Makes a frame of a message and takes its payload over. Null when there is nothing to relay; the payload is released then.</summary>
    internal Frame? Make(RtmpMessageType type, uint timestamp, PooledBytes payload)
    {
        switch (type)
        {
            case RtmpMessageType.Audio when payload.Length > 0:
                return MakeAudio(timestamp, payload);
            case RtmpMessageType.Video when payload.Length > 0:
                return MakeVideo(timestamp, payload);
            case RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3:
                return MakeData(type, timestamp, payload);
            default:
                payload.Release();
                return null;
        }
    }

    // The wire's 32 bits are modular: a step is the signed difference, so a wrap and a small jump back are both just steps.
    private long Unwrap(uint timestamp)
    {
        _time = _hasTime ? _time + unchecked((int)(timestamp - _lastTimestamp)) : timestamp;
        _hasTime = true;
        _lastTimestamp = timestamp;
        return _time;
    }

    // Metadata and configurations do not move the time line. Encoders send them again with time 0 wherever the media stands: what is far
    // from the media counts as being where the media is.
    private long Aside(uint timestamp)
    {
        if (!_hasTime)
        {
            return timestamp;
        }

        long step = unchecked((int)(timestamp - _lastTimestamp));
        return Math.Abs(step) <= AsideMillisecondsMax ? _time + step : _time;
    }

    private Frame MakeAudio(uint timestamp, PooledBytes payload)
    {
        var header = FlvAudioHeader.Parse(payload.Span);
        var isEmpty = payload.Length <= header.Length;
        var codec = header.FourCc.IsNone ? 1 + (uint)header.Format : header.FourCc.Value;
        if (header.IsConfig || header.IsMultichannelConfig)
        {
            return hub.Frames.Create(
                FrameKind.Audio, isEmpty ? EmptyConfig : FrameFlags.Config, Aside(timestamp), payload, header.Track,
                header.IsConfig ? DecoderSlot : DescriptionSlot, codec);
        }

        return hub.Frames.Create(
            FrameKind.Audio, FrameFlags.None, Unwrap(timestamp), payload, header.Track, DecoderSlot, isEmpty || header.IsEndOfSequence ? 0 : codec);
    }

    private Frame MakeVideo(uint timestamp, PooledBytes payload)
    {
        var header = FlvVideoHeader.Parse(payload.Span);
        var isEmpty = payload.Length <= header.Length;
        var codec = header.FourCc.IsNone ? (uint)header.Codec : header.FourCc.Value;
        if (header.IsMetadata)
        {
            return hub.Frames.Create(
                FrameKind.Video, FrameFlags.Config, Aside(timestamp), payload, header.Track, DescriptionSlot, codec);
        }

        var flags = FrameFlags.None;
        if (header.IsConfig)
        {
            flags = isEmpty ? EmptyConfig : FrameFlags.Config;
            _nalLengthBytes = isEmpty || header.IsMultitrack ? _nalLengthBytes : VideoCodecInfo.Read(payload.Span)?.NalLengthBytes ?? 0;
        }
        else if (header.IsKey || HasKey(header, payload.Span))
        {
            flags = FrameFlags.Key;
        }
        else if (header.IsDisposable || IsDisposable(header, payload.Span))
        {
            flags = FrameFlags.Disposable;
        }

        var time = header.IsConfig ? Aside(timestamp) : Unwrap(timestamp);
        return hub.Frames.Create(
            FrameKind.Video, flags, time, payload, header.Track, DecoderSlot, header.IsConfig || (header.IsPicture && !isEmpty) ? codec : 0,
            header.IsMultitrack ? FlvUnitReader.Tracks(FrameKind.Video, payload.Span) : TrackSet.Of(0));
    }

    // A picture is a key when either says so: some encoders forget the flag (RTMP-4.10), and some streams have no IDR pictures but begin
    // anew at others, which only the flag tells. Several tracks in one message are not looked into.
    private bool HasKey(in FlvVideoHeader header, ReadOnlySpan<byte> payload) =>
        _nalLengthBytes > 0 && header is { IsPicture: true, IsMultitrack: false }
        && NalUnits.HasKey(header.FourCc, payload[header.Length..], _nalLengthBytes);

    // Encoders mark the pictures that no other needs in the bitstream, hardly ever in the tag.
    private bool IsDisposable(in FlvVideoHeader header, ReadOnlySpan<byte> payload) =>
        _nalLengthBytes > 0 && header is { IsPicture: true, IsMultitrack: false } && header.FourCc == FourCc.Avc
        && NalUnits.IsAvcDisposable(payload[header.Length..], _nalLengthBytes);

    private Frame? MakeData(RtmpMessageType type, uint timestamp, PooledBytes payload)
    {
        if (!RtmpData.TryParse(type, payload.Span, limits, out var data, out _))
        {
            // Not ours to judge: it goes on as it came, if it came as AMF0.
            if (type == RtmpMessageType.DataAmf0 && payload.Length > 0)
            {
                return hub.Frames.Create(FrameKind.Data, FrameFlags.None, Aside(timestamp), payload);
            }

            payload.Release();
            return null;
        }

        var flags = data.IsMetadata ? FrameFlags.Config : FrameFlags.None;
        if (data.Relayed.Length == payload.Length)
        {
            return hub.Frames.Create(FrameKind.Data, flags, Aside(timestamp), payload);
        }

        var relayed = data.IsClear && !data.IsMetadata ? null : Rewritten(type, data);
        payload.Release();
        return relayed is null ? null : hub.Frames.Create(FrameKind.Data, flags, Aside(timestamp), relayed);
    }

    private PooledBytes Rewritten(RtmpMessageType type, in RtmpData data)
    {
        var bytes = hub.Buffers.Rent();
        if (data.IsClear)
        {
            // Metadata that was taken back is metadata without members: so it takes the place of what players and those who join had.
            var none = new Amf0Writer(stackalloc byte[32]);
            none.WriteString(data.NameUtf8);
            none.BeginEcmaArray(0);
            none.EndObject();
            bytes.Append(none.Written);
            return bytes;
        }

        if (type == RtmpMessageType.DataAmf3 && data.Relayed.Contains(Amf0Marker.AvmPlus))
        {
            var amf0 = new Amf0Writer(new byte[Math.Min(AmfBytesMax, AmfGrowthMax * data.Relayed.Length)]);
            if (data.TryWriteAmf0(ref amf0))
            {
                bytes.Append(amf0.Written);
                return bytes;
            }
        }

        bytes.Append(data.Relayed);
        return bytes;
    }
}
