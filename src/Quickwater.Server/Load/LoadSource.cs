using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// A stream of a load: H.264 and AAC in form, filler in content, each frame stamped. The schedule is fixed when the first frame goes out, and a
/// frame that goes out late says so: a stall of the load, or a server that does not read, counts as delay and hides nothing.
/// </summary>
internal sealed class LoadSource : IMediaSource
{
    private const int AudioKilobits = 64;
    private const int AudioHertz = 48_000;
    private const int AudioSamples = 1024;
    private const int KeySeconds = 2;
    private const int KeyWeight = 4; // a key is as long as so many others

    // Constrained baseline, 320x180; and AAC LC, 48 kHz, stereo.
    private static readonly byte[] VideoConfig =
    [
        0x17, 0, 0, 0, 0, 1, 0x42, 0xC0, 0x0D, 0xFF, 0xE1, 0, 0x0A, 0x67, 0x42, 0xC0, 0x0D, 0x95, 0xA0, 0x50, 0x6F, 0xC0, 0x44, 1, 0, 4, 0x68, 0xCE, 0x3C, 0x80,
    ];

    private static readonly byte[] AudioConfig = [0xAF, 0, 0x11, 0x90];

    private readonly Clock _clock;
    private readonly Frame.Pool _frames;
    private readonly PooledBytes.Pool _buffers;
    private readonly int _perSecond;
    private readonly byte[] _key;
    private readonly byte[] _inter;
    private readonly byte[] _audio;
    private Instant _start = Instant.Never;
    private long _startTicks;
    private long _videoFrames;
    private long _audioFrames;
    private int _configs;

    /// <summary>Makes a stream of that rate.</summary>
    public LoadSource(LoadOptions options, Clock clock, Frame.Pool frames, PooledBytes.Pool buffers)
    {
        _clock = clock;
        _frames = frames;
        _buffers = buffers;
        _perSecond = options.FramesPerSecond;
        var group = (Math.Max(8, options.KilobitsPerSecond - AudioKilobits) * 1000.0 / 8 * KeySeconds) / ((_perSecond * KeySeconds) + KeyWeight - 1);
        _inter = Picture(0x27, (int)group);
        _key = Picture(0x17, (int)(group * KeyWeight));
        _audio = Body([0xAF, 1], AudioKilobits * 1000 / 8 * AudioSamples / AudioHertz);
    }

    /// <summary>How late frames went out, against the schedule.</summary>
    public DelayHistogram Lateness { get; } = new();

    /// <summary>Frames whose instants of the schedule lie in a window, on the machine's clock.</summary>
    public long FramesBetween(long from, long to) =>
        _start == Instant.Never ? 0 : VideoBefore(to) - VideoBefore(from) + AudioBefore(to) - AudioBefore(from);

    /// <inheritdoc/>
    public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
    {
        due = now;
        if (_configs < 2)
        {
            frame = Make(_configs == 0 ? FrameKind.Video : FrameKind.Audio, 0, _configs == 0 ? VideoConfig : AudioConfig);
            _configs++;
            return MediaSourceStatus.Frame;
        }

        if (_start == Instant.Never)
        {
            // The schedule begins with this turn, which began a little ago.
            _startTicks = TimeProvider.System.GetTimestamp() - (long)((_clock.Now - now).TotalSeconds * TimeProvider.System.TimestampFrequency);
            _start = now;
        }

        var video = TimeSpan.FromSeconds((double)_videoFrames / _perSecond);
        var audio = TimeSpan.FromSeconds((double)_audioFrames * AudioSamples / AudioHertz);
        var at = video <= audio ? video : audio;
        due = _start + at;
        frame = null;
        if (due > now)
        {
            return MediaSourceStatus.Later;
        }

        var isKey = _videoFrames % (_perSecond * KeySeconds) == 0;
        frame = video <= audio
            ? Stamped(FrameKind.Video, at, isKey ? _key : _inter, 10)
            : Stamped(FrameKind.Audio, at, _audio, 2);
        _videoFrames += video <= audio ? 1 : 0;
        _audioFrames += video <= audio ? 0 : 1;
        return MediaSourceStatus.Frame;
    }

    private static byte[] Picture(byte tag, int bytes)
    {
        var nal = Math.Max(bytes, 10 + LoadStamp.Bytes) - 9;
        return Body([tag, 1, 0, 0, 0, (byte)(nal >> 24), (byte)(nal >> 16), (byte)(nal >> 8), (byte)nal, tag == 0x17 ? (byte)0x65 : (byte)0x41], nal + 9);
    }

    private static byte[] Body(ReadOnlySpan<byte> header, int bytes)
    {
        var body = new byte[Math.Max(bytes, header.Length + LoadStamp.Bytes)];
        body.AsSpan().Fill(0x55);
        header.CopyTo(body);
        return body;
    }

    private Frame Stamped(FrameKind kind, TimeSpan at, byte[] body, int headerBytes)
    {
        var sent = TimeProvider.System.GetTimestamp();
        var due = DueTicks(at);
        Lateness.Add(TimeProvider.System.GetElapsedTime(due, sent));
        new LoadStamp(due, sent).Write(body.AsSpan(headerBytes)); // copied below, so the next frame may write over it
        return Make(kind, (long)at.TotalMilliseconds, body);
    }

    private Frame Make(FrameKind kind, long milliseconds, byte[] body)
    {
        var payload = _buffers.Rent();
        payload.Append(body);
        return _frames.Create(kind, FrameFlags.None, milliseconds, payload);
    }

    private long DueTicks(TimeSpan at) => _startTicks + (long)(at.TotalSeconds * TimeProvider.System.TimestampFrequency);

    // How many frames have their instant before a moment. The instants are those of Take, rounding included.
    private long VideoBefore(long ticks) => Before(ticks, frame => TimeSpan.FromSeconds((double)frame / _perSecond), _perSecond);

    private long AudioBefore(long ticks) =>
        Before(ticks, frame => TimeSpan.FromSeconds((double)frame * AudioSamples / AudioHertz), (double)AudioHertz / AudioSamples);

    private long Before(long ticks, Func<long, TimeSpan> at, double perSecond)
    {
        var guess = Math.Max(0, (long)((double)(ticks - _startTicks) / TimeProvider.System.TimestampFrequency * perSecond) - 2);
        while (DueTicks(at(guess)) < ticks)
        {
            guess++;
        }

        return guess;
    }
}
