using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Notices a publication whose pictures are never keys: some encoders refresh the picture bit by bit and send one key at first, or none.
/// Its pictures count as keys then, since waiting for a real one would be for ever. Under the topic's lock.
/// </summary>
internal struct KeyWait
{
    private long _since; // the last key, or the first picture
    private bool _hasPicture;
    private bool _hadKey;
    private bool _isOver;

    /// <summary>For the same encoder's pictures after a silence: it is still one that sends keys, or none so far.</summary>
    internal readonly KeyWait Resumed() => new() { _hadKey = _hadKey };

    /// <summary>Whether a frame counts as a key although it is none.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="clock">The stream's own clock at it, in milliseconds.</param>
    /// <param name="limits">How long the wait may be.</param>
    /// <param name="begins">Whether it is the first such frame since the last key.</param>
    internal bool CountsAsKey(Frame frame, long clock, HubLimits limits, out bool begins)
    {
        begins = false;
        if (frame.Kind != FrameKind.Video || frame.IsConfig)
        {
            return false;
        }

        if (frame.IsKey || !_hasPicture)
        {
            (_since, _hasPicture, _hadKey, _isOver) = (clock, true, _hadKey || frame.IsKey, false);
            return false;
        }

        var most = _hadKey && limits.ReplayMax > limits.KeyWaitMax ? limits.ReplayMax : limits.KeyWaitMax;
        if (clock - _since <= most.TotalMilliseconds || (frame.Flags & FrameFlags.Disposable) != 0)
        {
            return false;
        }

        begins = !_isOver;
        _isOver = true;
        return true;
    }
}
