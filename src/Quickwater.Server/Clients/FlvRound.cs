using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>The time line of a file that is sent in rounds: each begins one frame after the last frame of the round before.</summary>
internal sealed class FlvRound
{
    private const long FrameMillisecondsDefault = 40;

    private int _round;
    private long _offset;
    private bool _any;
    private long _first;
    private long _last;
    private long _videoFirst;
    private long _videoLast;
    private int _videoFrames;

    /// <summary>Takes a tag in. False when it is not to be sent: a configuration or metadata that was sent in the first round.</summary>
    public bool Take(in FlvTag tag, out long milliseconds)
    {
        milliseconds = tag.Timestamp + _offset;
        if (IsConfiguration(tag))
        {
            return _round == 0;
        }

        if (!_any)
        {
            _any = true;
            _first = tag.Timestamp;
            _videoFrames = 0;
        }

        _last = Math.Max(_last, tag.Timestamp);
        if (tag.Type == FlvTagType.Video)
        {
            _videoFirst = _videoFrames++ == 0 ? tag.Timestamp : _videoFirst;
            _videoLast = tag.Timestamp;
        }

        return true;
    }

    /// <summary>Begins the next round. False when the file has no media to repeat.</summary>
    public bool Next()
    {
        if (!_any)
        {
            return false;
        }

        var frame = _videoFrames > 1 ? Math.Max(1, (_videoLast - _videoFirst) / (_videoFrames - 1)) : FrameMillisecondsDefault;
        _offset += _last - _first + frame;
        _round++;
        _any = false;
        _last = 0;
        return true;
    }

    private static bool IsConfiguration(in FlvTag tag) => tag.Type switch
    {
        FlvTagType.Video => FlvVideoHeader.Parse(tag.Payload.Span).IsConfig,
        FlvTagType.Audio => FlvAudioHeader.Parse(tag.Payload.Span).IsConfig,
        _ => true,
    };
}
