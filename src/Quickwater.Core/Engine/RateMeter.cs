namespace Quickwater.Core;

/// <summary>A rate smoothed over about a second: complete windows of 250 ms, the newest counting for a quarter. Not thread-safe.</summary>
internal struct RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private Instant _windowStart;
    private long _windowBytes;
    private double _rate;
    private bool _started;
    private bool _hasRate;

    internal readonly long BytesPerSecond => (long)_rate;

    /// <summary>The rate as somebody else sees it at that time: nothing, when nothing has come for two seconds. A torn view is near enough.</summary>
    internal readonly long At(Instant now) => now - _windowStart > TimeSpan.FromSeconds(2) ? 0 : (long)_rate;

    internal void Add(int bytes, Instant now)
    {
        if (!_started)
        {
            _started = true;
            _windowStart = now;
        }

        var passed = now - _windowStart;
        if (passed >= Window)
        {
            var rate = _windowBytes / passed.TotalSeconds;
            _rate = _hasRate ? _rate + ((rate - _rate) / 4) : rate;
            _hasRate = true;
            _windowBytes = 0;
            _windowStart = now;
        }

        _windowBytes += bytes;
    }
}
