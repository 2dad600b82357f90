using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// How much of its slips a station takes back (docs/adr/0033): what a live source gave late but gave, and what it has not been in need of for a while.
/// Part of a station's turn.
/// </summary>
internal struct SlipReturn
{
    // A tenth would be heard as another pitch by whoever follows by playing faster; a twentieth is less than a semitone (5.9 %), and half a second is back in 10 s.
    private const int Slowness = 20;

    // Long enough to meet what a source does again and again: a stalled network, a collection, a block that comes once a second.
    private static readonly TimeSpan s_windowMin = TimeSpan.FromSeconds(10);

    // A source that hiccups so rarely keeps nobody late: once in ten minutes is better heard than waited for all the time.
    private static readonly TimeSpan s_windowMax = TimeSpan.FromMinutes(10);

    // Twice is enough to come from the least window to the time between hiccups of two minutes; doubling would try four times, and each try is heard.
    private const int WindowGrowth = 4;

    // What stays ready at least: two chunks, so that the next is there when one goes out, and what a busy machine wakes late.
    private static readonly TimeSpan s_marginMin = TimeSpan.FromMilliseconds(40);

    private TimeSpan _owed;
    private TimeSpan _taking;
    private TimeSpan _least;
    private TimeSpan _window;
    private Instant _since;
    private Instant? _taken;

    /// <summary>Whether there is anything to take back.</summary>
    internal readonly bool IsOwed => _owed > TimeSpan.Zero;

    /// <summary>What was taken back, in all.</summary>
    internal TimeSpan Total { get; private set; }

    /// <summary>The station goes on the air, from now: nothing is late. What was learned of the source stays.</summary>
    internal void Start() => (_owed, _taking) = (TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>The station slipped.</summary>
    internal void Slipped(TimeSpan by, Instant now)
    {
        _owed += by;
        if (_taken is { } taken)
        {
            // What was taken back would have been of use: from here on it takes a longer calm. After a long one the source is a new one.
            _window = now - taken < s_windowMax ? Least(Window * WindowGrowth, s_windowMax) : s_windowMin;
            _taken = null;
        }

        Watch(now);
    }

    /// <summary>A chunk was published.</summary>
    /// <param name="spare">How much more was ready than the station needed by now.</param>
    /// <param name="chunk">The audio in the chunk.</param>
    /// <param name="now">The present instant.</param>
    /// <returns>How much earlier than planned the next chunk is due.</returns>
    internal TimeSpan Published(TimeSpan spare, TimeSpan chunk, Instant now)
    {
        var margin = chunk + chunk > s_marginMin ? chunk + chunk : s_marginMin;
        if (spare <= margin)
        {
            Watch(now);
            return TimeSpan.Zero;
        }

        _least = Least(_least, spare);
        if (_taking > TimeSpan.Zero)
        {
            return Take(chunk, now);
        }

        if (now - _since >= Window)
        {
            // Less than half a margin is not worth a correction, or a source with jitter would be corrected without end, by less and less.
            var gain = _least - margin;
            Watch(now);
            _taking = gain >= margin / 2 ? Least(gain, _owed) : TimeSpan.Zero;
        }

        return TimeSpan.Zero;
    }

    private readonly TimeSpan Window => _window > TimeSpan.Zero ? _window : s_windowMin;

    private TimeSpan Take(TimeSpan chunk, Instant now)
    {
        var part = Least(chunk / Slowness, _taking);
        _taking -= part;
        _owed -= part;
        Total += part;
        _taken = now;
        if (_taking == TimeSpan.Zero)
        {
            Watch(now);
        }

        return part;
    }

    // Nothing is taken for a window from here.
    private void Watch(Instant now) => (_since, _least, _taking) = (now, TimeSpan.MaxValue, TimeSpan.Zero);

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
