namespace Quickwater.Core;

/// <summary>
/// A bucket of bytes that fills at a rate: what one side of a connection may move. Exact in whole bytes, whatever the pattern of calls.
/// A value of its owner's turn; not thread-safe.
/// </summary>
public struct ByteRate
{
    private readonly long _bytesPerSecond;
    private readonly long _burstBytes;
    private long _level; // what was taken and has not flowed off yet, in bytes times ticks a second
    private Instant _at;

    /// <summary>A full bucket.</summary>
    /// <param name="bytesPerSecond">1 to 10^11.</param>
    /// <param name="burstBytes">Bytes that may move at once; 1 to 10^11.</param>
    public ByteRate(long bytesPerSecond, long burstBytes)
    {
        const long Most = 100_000_000_000;
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesPerSecond, Most);
        ArgumentOutOfRangeException.ThrowIfLessThan(burstBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(burstBytes, Most);
        _bytesPerSecond = bytesPerSecond;
        _burstBytes = burstBytes;
    }

    /// <summary>Bytes that may move now; 0 or less when the bucket is empty.</summary>
    public long Room(Instant now)
    {
        Flow(now);
        var (whole, rest) = Math.DivRem(_level, TimeSpan.TicksPerSecond);
        return _burstBytes - whole - (rest > 0 ? 1 : 0);
    }

    /// <summary>Takes bytes that moved, also more than there was room for: the debt is paid by time.</summary>
    public void Take(long bytes, Instant now)
    {
        Flow(now);
        _level = bytes > (long.MaxValue - _level) / TimeSpan.TicksPerSecond ? long.MaxValue : _level + (bytes * TimeSpan.TicksPerSecond);
    }

    /// <summary>When there will be room for so many bytes, at most the burst, if nothing is taken until then.</summary>
    public Instant WhenRoom(long bytes, Instant now)
    {
        Flow(now);
        var over = _level - ((_burstBytes - Math.Min(bytes, _burstBytes)) * TimeSpan.TicksPerSecond);
        return over <= 0 ? now : now + new TimeSpan((over / _bytesPerSecond) + (over % _bytesPerSecond > 0 ? 1 : 0));
    }

    private void Flow(Instant now)
    {
        var passed = (now - _at).Ticks;
        if (passed > 0)
        {
            _at = now;
            _level = passed > _level / _bytesPerSecond ? 0 : _level - (passed * _bytesPerSecond);
        }
    }
}
