using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Maps a topic's publishers to its one time line: media time is the publisher's time plus an offset fixed at each (re)publish. After a
/// break it goes on as far behind as the break was long, so that viewers who stayed are not thrown back and keep their distance from the live
/// edge. Beside it runs the stream's own clock, which lag is measured by. Under the topic's lock.
/// </summary>
internal struct TimeLine
{
    private static readonly TimeSpan GapMin = TimeSpan.FromSeconds(1);

    private long _offset;
    private bool _offsetKnown;
    private bool _hasHistory;
    private Instant _last;

    /// <summary>The latest media time: the live edge. It follows a jump back.</summary>
    internal MediaTime Edge { get; private set; }

    /// <summary>
    /// How much media there was so far, in milliseconds; it never goes back. Where the publisher's time jumps, by whatever amount, no
    /// more passes than really did: a jump is not lag.
    /// </summary>
    internal long Clock { get; private set; }

    /// <summary>The next frame is the first of a publisher.</summary>
    internal void StartPublication() => _offsetKnown = false;

    /// <summary>The media time of the next frame.</summary>
    /// <param name="source">Its publisher's time, in milliseconds.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="gap">How far the time line jumped; zero if it did not.</param>
    internal MediaTime Map(long source, Instant now, out TimeSpan gap)
    {
        var passed = _hasHistory ? Math.Max(0, (long)(now - _last).TotalMilliseconds) : 0;
        if (!_offsetKnown)
        {
            var pause = Math.Max(1, passed);
            _offsetKnown = true;
            _offset = _hasHistory ? unchecked(Edge.Milliseconds + pause - source) : 0;
            Edge = new MediaTime(unchecked(source + _offset));
            Clock += _hasHistory ? pause : 0;
        }

        _hasHistory = true;
        _last = now;
        var time = new MediaTime(unchecked(source + _offset));
        var step = time - Edge;
        gap = step.Duration() > GapMin ? step : TimeSpan.Zero;
        if (gap != TimeSpan.Zero)
        {
            var span = (long)step.Duration().TotalMilliseconds;
            Clock += Mutants.JumpIsLag ? span : Math.Min(passed, span);
            Edge = time;
        }
        else if (step > TimeSpan.Zero)
        {
            Clock += (long)step.TotalMilliseconds;
            Edge = time;
        }

        return time;
    }
}
