using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Which keys of a publication let viewers in: those of the main video track, which is the one with the lowest id. Notices also a publication whose pictures are never
/// keys: some encoders refresh the picture bit by bit and send one key at first, or none. Its pictures count as keys then, since waiting for a real one would be for
/// ever. Under the topic's lock.
/// </summary>
internal struct KeyWait
{
    private int? _mainTrack; // the lowest id so far
    private long _since; // the last key, or the first picture
    private bool _hasPicture;
    private bool _hadKey;
    private bool _isOver;

    /// <summary>For the same encoder's pictures after a silence: it is still one that sends keys, or none so far.</summary>
    internal readonly KeyWait Resumed() => new() { _hadKey = _hadKey };

    /// <summary>What the topic says of a frame: <see cref="FrameFlags.Side"/>, and <see cref="FrameFlags.Key"/> if it counts as a key although it is none.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="clock">The stream's own clock at it, in milliseconds.</param>
    /// <param name="limits">How long the wait may be.</param>
    /// <param name="begins">Whether it is the first such frame since the last key.</param>
    internal FrameFlags Judge(Frame frame, long clock, HubLimits limits, out bool begins)
    {
        begins = false;
        if (frame.Kind != FrameKind.Video || frame.IsConfig)
        {
            return FrameFlags.None;
        }

        var isDisposable = (frame.Flags & FrameFlags.Disposable) != 0;
        _mainTrack = Math.Min(_mainTrack ?? int.MaxValue, frame.Tracks.Lowest);
        if (frame.Tracks.Lowest != _mainTrack)
        {
            return FrameFlags.Side | (_isOver && !isDisposable ? FrameFlags.Key : FrameFlags.None);
        }

        if (frame.IsKey || !_hasPicture)
        {
            (_since, _hasPicture, _hadKey, _isOver) = (clock, true, _hadKey || frame.IsKey, false);
            return FrameFlags.None;
        }

        var most = _hadKey && limits.ReplayMax > limits.KeyWaitMax ? limits.ReplayMax : limits.KeyWaitMax;
        if (clock - _since <= most.TotalMilliseconds || isDisposable)
        {
            return FrameFlags.None;
        }

        begins = !_isOver;
        _isOver = true;
        return FrameFlags.Key;
    }
}
