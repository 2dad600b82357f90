namespace Quickwater.Core;

/// <summary>
/// The engine's monotonic clock over a <see cref="TimeProvider"/>: real time in production, virtual time in the simulator.
/// Thread-safe. Only the engine reads it, once a turn.
/// </summary>
public sealed class Clock
{
    private readonly TimeProvider _provider;
    private readonly long _origin;
    private readonly double _ticksPerTimestamp;
    private readonly bool _sameUnit;

    /// <summary>Makes a clock whose <see cref="Instant.Zero"/> is now.</summary>
    public Clock(TimeProvider provider)
    {
        _provider = provider;
        _origin = provider.GetTimestamp();
        _ticksPerTimestamp = (double)TimeSpan.TicksPerSecond / provider.TimestampFrequency;
        _sameUnit = provider.TimestampFrequency == TimeSpan.TicksPerSecond;
    }

    /// <summary>The time provider behind this clock, for timers.</summary>
    public TimeProvider Provider => _provider;

    /// <summary>The current instant.</summary>
    public Instant Now
    {
        get
        {
            var elapsed = _provider.GetTimestamp() - _origin;
            return new Instant(_sameUnit ? elapsed : (long)(elapsed * _ticksPerTimestamp));
        }
    }
}
