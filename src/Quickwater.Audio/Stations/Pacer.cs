using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// When chunks are due: counted in sample frames from an instant, never from one chunk to the next, so that rounding and late wakes do not add up
/// (docs/adr/0022).
/// Part of a station's turn.
/// </summary>
internal struct Pacer
{
    private AudioFormat _format;
    private Instant _origin;
    private long _frames;

    /// <summary>When the next sample frame is due.</summary>
    internal readonly Instant Due => _origin + _format.TimeOf(_frames);

    /// <summary>The first sample frame is due now.</summary>
    internal void Start(AudioFormat format, Instant now)
    {
        _format = format;
        _origin = now;
        _frames = 0;
    }

    /// <summary>What follows is of another format; the clock goes on.</summary>
    internal void Change(AudioFormat format) => Start(format, Due);

    /// <summary>Sample frames were published.</summary>
    internal void Advance(long frames) => _frames += frames;

    /// <summary>Goes on later than planned.</summary>
    internal void Slip(TimeSpan by) => _origin += by;

    /// <summary>Goes on earlier than planned, for a slip before; by less than what was published last, so that time goes forward.</summary>
    internal void TakeBack(TimeSpan by) => _origin -= by;
}
