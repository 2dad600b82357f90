using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Bench;

/// <summary>
/// A publisher's source in real time: 30 pictures a second, a key every 2 s, 47 sounds a second, about 2 Mb/s. The bodies have true FLV
/// headers and nothing behind them.
/// </summary>
internal sealed class Camera(Frame.Pool frames, PooledBytes.Pool buffers) : IMediaSource
{
    private const int KeyInterval = 60;
    private const int KeyBytes = 60_000;
    private const int InterBytes = 7_000;
    private const int SoundBytes = 340;

    private Instant? _start;
    private int _configs;
    private int _pictures;
    private int _sounds;

    public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
    {
        _start ??= now;
        frame = null;
        due = Instant.Never;
        if (_configs < 2)
        {
            frame = _configs++ == 0
                ? Make(FrameKind.Video, FrameFlags.Config, 0, [0x17, 0, 0, 0, 0], 40)
                : Make(FrameKind.Audio, FrameFlags.Config, 0, [0xAF, 0], 4);
            return MediaSourceStatus.Frame;
        }

        var picture = _pictures * 1000L / 30;
        var sound = _sounds * 1024L / 48;
        due = _start.Value + TimeSpan.FromMilliseconds(Math.Min(picture, sound));
        if (due > now)
        {
            return MediaSourceStatus.Later;
        }

        if (sound < picture)
        {
            _sounds++;
            frame = Make(FrameKind.Audio, FrameFlags.None, sound, [0xAF, 1], SoundBytes);
            return MediaSourceStatus.Frame;
        }

        var isKey = _pictures++ % KeyInterval == 0;
        frame = Make(
            FrameKind.Video, isKey ? FrameFlags.Key : FrameFlags.None, picture, [isKey ? (byte)0x17 : (byte)0x27, 1, 0, 0, 0],
            isKey ? KeyBytes : InterBytes);
        return MediaSourceStatus.Frame;
    }

    private Frame Make(FrameKind kind, FrameFlags flags, long milliseconds, ReadOnlySpan<byte> head, int length)
    {
        var body = buffers.Rent();
        body.Append(head);
        body.Append(new byte[length - head.Length]);
        return frames.Create(kind, flags, milliseconds, body);
    }
}
