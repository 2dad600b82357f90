using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>
/// Maps the 32-bit times of one connection after the other to one time line that begins at 0. Behind a break it goes on by as much as the
/// break was long, whatever time the server counts from then. Not thread-safe.
/// </summary>
internal sealed class PlayTimeLine
{
    private long _time;
    private uint _wire;
    private bool _any;
    private bool _broken = true;
    private Instant _at;

    /// <summary>The time of what has none of its own: configurations and metadata.</summary>
    public long Now => Math.Max(0, _time);

    /// <summary>What comes next is behind a break.</summary>
    public void Break() => _broken = true;

    /// <summary>The time of a frame.</summary>
    public long Map(uint timestamp, Instant now)
    {
        if (_broken)
        {
            _time = _any ? _time + Math.Max(1, (long)(now - _at).TotalMilliseconds) : 0;
            (_broken, _any) = (false, true);
        }
        else
        {
            // The wire's 32 bits are modular: the signed difference is right over a wrap and for a step back.
            _time += unchecked((int)(timestamp - _wire));
        }

        _wire = timestamp;
        _at = now;
        return Now;
    }
}
