using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Lets a viewer's frames through, or holds video back until one that does not build on what the viewer has not got. What goes first when
/// a viewer lags: disposable pictures, then all that are no keys, then keys; sound is kept longest. Under the topic's lock.
/// </summary>
internal struct KeyGate
{
    private bool _hasPictureKey; // of this publication
    private long _from;
    private Reason _why;
    private TrackSet _open; // of which it has had a key since it was shut

    /// <summary>Whether video waits for a key.</summary>
    internal readonly bool IsShut => _why != Reason.None;

    /// <summary>Whether it waits because frames were dropped, not because it has just joined.</summary>
    internal readonly bool IsDropping => _why is not (Reason.None or Reason.AwaitingKey);

    /// <summary>Why disposable pictures are left out; <see cref="Reason.None"/> lets them through.</summary>
    internal Reason Thins { get; set; }

    /// <summary>Whether every frame that follows in order goes through.</summary>
    internal readonly bool IsOpen => _why == Reason.None && Thins == Reason.None && _hasPictureKey;

    /// <summary>The video tracks whose frames go through. Others wait for keys of their own.</summary>
    internal readonly TrackSet Open => _open;

    /// <summary>Holds video back until a key at or behind a place in the ring.</summary>
    internal void Shut(long from, Reason why)
    {
        _from = from;
        _why = why;
        _open = TrackSet.None;
    }

    /// <summary>A new publisher's frames do not build on the old one's.</summary>
    internal void StartPublication(long at)
    {
        _hasPictureKey = false;
        Shut(at, Reason.AwaitingKey);
    }

    /// <summary>A frame goes out.</summary>
    internal void Passed(in WireRing.Entry entry)
    {
        _hasPictureKey |= entry.Kind == FrameKind.Video && entry.IsKey;
        _open = entry.OpensTracks && !IsShut ? _open | entry.Builds : _open;
    }

    /// <summary>Why a frame is dropped; <see cref="Reason.None"/> lets it through.</summary>
    /// <param name="entry">The frame; no configuration.</param>
    /// <param name="at">Its place in the ring.</param>
    /// <param name="isLatestKey">Whether it is the latest key there is: for a viewer that may catch up, that one is always near enough.</param>
    /// <param name="lag">From it to the live edge.</param>
    /// <param name="options">The viewer's bounds.</param>
    /// <param name="marks">Told of rare states.</param>
    internal Reason Judge(
        in WireRing.Entry entry, long at, bool isLatestKey, in Lag lag, SubscribeOptions options, IMarks? marks)
    {
        // Before its first picture a stream lets viewers in at any sound; a picture that builds on others still needs a key before it.
        if (entry.Kind == FrameKind.Video && !_hasPictureKey && !entry.IsKey && !IsShut)
        {
            Shut(at, Reason.AwaitingKey);
            marks?.Hit("picture-before-key");
        }

        if (!IsShut)
        {
            // A key of one track lets in nothing of another. A message of several is judged by the first of them: the main track does not wait for the others.
            if (!entry.OpensTracks && !_open.Covers(entry.Builds.First))
            {
                _open = _open.Without(entry.Builds);
                marks?.Hit("side-track-before-key");
                return Reason.AwaitingKey;
            }

            if (Thins == Reason.None || !entry.IsDisposable || lag.IsCalm(options))
            {
                return Reason.None;
            }

            marks?.Hit("disposable-dropped");
            return Thins;
        }

        var isKey = (entry.IsKey || (Mutants.DropInsideGop && lag.IsCalm(options))) && at >= _from;
        if (isKey && Opens(isLatestKey, lag, options))
        {
            if (IsDropping)
            {
                marks?.Hit("resumed-on-key");
            }

            _why = Reason.None;
            _open = entry.Builds;
            return Reason.None;
        }

        if (entry.Kind != FrameKind.Video)
        {
            return lag.Time <= options.AudioLagTimeMax ? Reason.None : _why;
        }

        if (!isKey || !IsDropping || !lag.KeepsKeys(options))
        {
            return _why;
        }

        marks?.Hit("key-kept-alone");
        return Reason.None;
    }

    // Who has dropped goes on where it is calm, or it would be over its bounds again at once.
    private readonly bool Opens(bool isLatestKey, in Lag lag, SubscribeOptions options) =>
        (IsDropping ? lag.IsCalm(options) : lag.Time <= options.LagTimeMax)
        || (isLatestKey && (options.CatchesUp || lag.Time <= options.LagTimeMax));
}
