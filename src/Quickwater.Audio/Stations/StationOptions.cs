namespace Quickwater.Audio;

/// <summary>How one station is served. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record StationOptions
{
    /// <summary>Its name: see <see cref="AudioWire.IsStationName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Audio in one message. 1 ms to 1 s. Default 20 ms, what voice codecs and mixers use.</summary>
    public TimeSpan Chunk { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long a chunk that is due may wait to be sent together with others; the interval adapts below it, see <see cref="FlushInterval"/>. The chunk
    /// time to 5 s. Default 100 ms.
    /// </summary>
    public TimeSpan LatencyMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Audio of the past that a client gets at once when it asks for no other, for a quick start. 0 to 30 s. Default 500 ms.</summary>
    public TimeSpan Burst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most that a client may ask for. <see cref="Burst"/> to 30 s. Default 5 s.</summary>
    public TimeSpan BurstMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far a client may lag before it is made to skip to live. 200 ms to 5 min. Default 3 s.</summary>
    public TimeSpan LagMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How often within a minute a client may be made to skip; one more time ends it with <see cref="Core.Reason.LagTimeExceeded"/>. 0 ends it the
    /// first time that it lags. Default 10.
    /// </summary>
    public int SkipsPerMinuteMax { get; init; } = 10;

    /// <summary>How long a send may make no progress before the client is ended with <see cref="Core.Reason.SendStalled"/>. 1 s to 1 h. Default 30 s.</summary>
    public TimeSpan StallMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Listeners at once; beyond: <see cref="Core.Reason.TooManySubscribers"/>. 1 to 1,000,000. Default 100,000: the bound of all clients comes first.</summary>
    public int ListenersMax { get; init; } = 100_000;

    /// <summary>How long the source may give nothing before the station goes off the air. 10 ms to 1 h. Default 1 s.</summary>
    public TimeSpan OffAirAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How late the station may be before it gives up what it missed and goes on from now; up to that it catches up. 100 ms to 1 h. Default 5 s.
    /// </summary>
    public TimeSpan CatchUpMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with these options: one sentence a fault, without a full stop; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!AudioWire.IsStationName(Name))
        {
            yield return $"the station name \"{Name}\" is not allowed; allowed are 1 to 64 letters, digits, '-', '_' and '.', not starting with '.'";
        }

        foreach (var (name, value, least, most) in new[]
        {
            ("chunk", Chunk, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)),
            ("latencyMax", LatencyMax, Chunk, TimeSpan.FromSeconds(5)),
            ("burst", Burst, TimeSpan.Zero, TimeSpan.FromSeconds(30)),
            ("burstMax", BurstMax, Burst, TimeSpan.FromSeconds(30)),
            ("lagMax", LagMax, TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5)),
            ("stallMax", StallMax, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("offAirAfter", OffAirAfter, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            ("catchUpMax", CatchUpMax, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{name} is {value}; allowed is {least} to {most}";
            }
        }

        if (SkipsPerMinuteMax is < 0 or > 1000)
        {
            yield return $"skipsPerMinuteMax is {SkipsPerMinuteMax}; allowed is 0 to 1000";
        }

        if (ListenersMax is < 1 or > 1_000_000)
        {
            yield return $"listenersMax is {ListenersMax}; allowed is 1 to 1000000";
        }
    }
}
