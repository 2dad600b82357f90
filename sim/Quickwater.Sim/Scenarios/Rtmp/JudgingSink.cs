using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>A player's sink that judges what comes.</summary>
internal sealed class JudgingSink(World world, string name, FrameJudge judge) : IMediaSink
{
    private uint _time;
    private bool _hasTime;

    internal FrameJudge Judge => judge;

    /// <summary>Whether the server said that it plays, and not that this is over.</summary>
    internal bool IsPlaying { get; private set; }

    public void Started(Instant now)
    {
        IsPlaying = true;
        world.Marks.Hit("play-started");
    }

    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        if (type is RtmpMessageType.Audio or RtmpMessageType.Video)
        {
            world.Require(FlvBody.TryRead(type, timestamp, payload.Span, out var frame), $"{name}: a media message is whole");
            world.Require(
                !_hasTime || unchecked((int)(timestamp - _time)) >= 0, $"{name}: time does not go back ({_time}, then {timestamp})");
            _time = timestamp;
            _hasTime = true;
            judge.Take(frame);
        }

        payload.Release();
    }

    public void StreamEnded(Instant now)
    {
        IsPlaying = false;
        world.Marks.Hit("play-ended");
    }
}
