using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>When coded frames of each kind came, so that nobody is promised what has not come or comes no more. Under the topic's lock.</summary>
internal struct TrackWatch()
{
    // Pictures may stand still, sound hardly ever does. What comes rarely may be away for longer.
    private static readonly TimeSpan AudioGapMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan VideoGapMax = TimeSpan.FromSeconds(10);
    private const int IntervalsMax = 3;

    private Kind _audio = new();
    private Kind _video = new();
    private Instant _since = Instant.Never;

    /// <summary>What is there now, as of the latest frame of either kind.</summary>
    internal readonly TrackPresence Presence
    {
        get
        {
            var latest = _audio.Last > _video.Last ? _audio.Last : _video.Last;
            return new TrackPresence(_audio.IsPresent(latest, AudioGapMax), _video.IsPresent(latest, VideoGapMax), _since);
        }
    }

    /// <summary>A coded frame came.</summary>
    internal void Note(FrameKind kind, Instant now)
    {
        _since = Instant.Earlier(_since, now);
        if (kind == FrameKind.Audio)
        {
            _audio.Note(now);
        }
        else if (kind == FrameKind.Video)
        {
            _video.Note(now);
        }
    }

    private struct Kind()
    {
        private static readonly Instant NotYet = new(-1);
        private TimeSpan _interval;

        internal Instant Last { get; private set; } = NotYet;

        internal readonly bool IsPresent(Instant latest, TimeSpan gapMax)
        {
            var rare = _interval * IntervalsMax;
            return Last != NotYet && latest - Last <= (rare > gapMax ? rare : gapMax);
        }

        internal void Note(Instant now)
        {
            _interval = Last == NotYet ? TimeSpan.Zero : now - Last;
            Last = now;
        }
    }
}
