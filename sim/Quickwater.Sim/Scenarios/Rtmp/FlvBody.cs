using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>A <see cref="SimFrame"/> as the body of an RTMP media message: the header of an FLV tag (AVC, AAC), then the payload.</summary>
internal static class FlvBody
{
    private const int TagBytes = 5;
    private const int NalBytes = 5;
    private const int AudioHeaderBytes = 2;

    // An AVCDecoderConfigurationRecord: baseline, NAL lengths of 4 bytes, a token parameter set of each kind.
    private static ReadOnlySpan<byte> AvcConfiguration =>
        [1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 1, 0x68];

    internal static byte[] Encode(in SimFrame frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Kind != FrameKind.Video)
        {
            return [0xAF, frame.IsConfig ? (byte)0 : (byte)1, .. payload];
        }

        if (frame.IsConfig)
        {
            return [0x17, 0, 0, 0, 0, .. AvcConfiguration, .. payload];
        }

        // One NAL unit: an IDR picture, a reference picture, or one that nothing refers to.
        var (tag, unit) = frame.IsKey ? (0x17, 0x65) : frame.IsDisposable ? (0x37, 0x01) : (0x27, 0x41);
        Span<byte> header = [(byte)tag, 1, 0, 0, 0, 0, 0, 0, 0, (byte)unit];
        BinaryPrimitives.WriteInt32BigEndian(header[TagBytes..], payload.Length + 1);
        return [.. header, .. payload];
    }

    internal static bool TryRead(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body, out SimFrame frame)
    {
        frame = default;
        var video = type == RtmpMessageType.Video;
        var config = body.Length > 1 && body[1] == 0;
        var header = !video ? AudioHeaderBytes : config ? TagBytes + AvcConfiguration.Length : TagBytes + NalBytes;
        if (body.Length < header)
        {
            return false;
        }

        var flags = (video, body[0], config) switch
        {
            (_, _, true) => FrameFlags.Config,
            (true, 0x17, _) => FrameFlags.Key,
            (true, 0x37, _) => FrameFlags.Disposable,
            _ => FrameFlags.None,
        };
        return SimFrame.TryRead(video ? FrameKind.Video : FrameKind.Audio, flags, timestamp, body[header..], out frame);
    }
}
