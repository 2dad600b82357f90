using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// A position on a topic's media time line, in milliseconds. It is 64 bits wide and never wraps; codecs convert to and
/// from the 32-bit modular times of their wire form. It is not comparable with <see cref="Instant"/> by intent.
/// </summary>
/// <param name="Milliseconds">Milliseconds on the topic's time line; may be negative.</param>
public readonly record struct MediaTime(long Milliseconds) : IComparable<MediaTime>
{
    private const long SpanMax = long.MaxValue / TimeSpan.TicksPerMillisecond;

    /// <summary>The origin of a time line.</summary>
    public static readonly MediaTime Zero;

    /// <summary>As RTMP and FLV write it: milliseconds modulo 2^32 (RTMP 1.0, 5.1).</summary>
    public uint Wire32 => unchecked((uint)Milliseconds);

    /// <summary>
    /// The media time that passes from <paramref name="from"/> to <paramref name="to"/>. Saturates: the times
    /// are a peer's, and no peer may make an overflow here.
    /// </summary>
    public static TimeSpan operator -(MediaTime to, MediaTime from)
    {
        var span = unchecked(to.Milliseconds - from.Milliseconds);
        var wrapped = ((to.Milliseconds ^ from.Milliseconds) & (to.Milliseconds ^ span)) < 0;
        if (wrapped || span is > SpanMax or < -SpanMax)
        {
            return to > from ? TimeSpan.MaxValue : -TimeSpan.MaxValue;
        }

        return new TimeSpan(span * TimeSpan.TicksPerMillisecond);
    }

    /// <summary>Moves a media time.</summary>
    public static MediaTime operator +(MediaTime at, TimeSpan by) =>
        new(at.Milliseconds + (by.Ticks / TimeSpan.TicksPerMillisecond));

    /// <summary>Whether <paramref name="a"/> is before <paramref name="b"/>.</summary>
    public static bool operator <(MediaTime a, MediaTime b) => a.Milliseconds < b.Milliseconds;

    /// <summary>Whether <paramref name="a"/> is after <paramref name="b"/>.</summary>
    public static bool operator >(MediaTime a, MediaTime b) => a.Milliseconds > b.Milliseconds;

    /// <summary>Whether <paramref name="a"/> is not after <paramref name="b"/>.</summary>
    public static bool operator <=(MediaTime a, MediaTime b) => a.Milliseconds <= b.Milliseconds;

    /// <summary>Whether <paramref name="a"/> is not before <paramref name="b"/>.</summary>
    public static bool operator >=(MediaTime a, MediaTime b) => a.Milliseconds >= b.Milliseconds;

    /// <inheritdoc/>
    public int CompareTo(MediaTime other) => Milliseconds.CompareTo(other.Milliseconds);

    /// <inheritdoc/>
    public override string ToString() => $"{Milliseconds} ms";
}
