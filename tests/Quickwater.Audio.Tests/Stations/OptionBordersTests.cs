namespace Quickwater.Audio.Tests;

/// <summary>The last value that every option allows, and the first that it does not.</summary>
public sealed class OptionBordersTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly StationOptions s_usual = new() { Name = "speech" };

    public static TheoryData<StationOptions, StationOptions> OfStations => new()
    {
        { s_usual, s_usual with { Name = ".speech" } },
        { s_usual with { Chunk = Ms(1) }, s_usual with { Chunk = Ms(1) - s_tick } },
        { s_usual with { Chunk = Ms(1000), LatencyMax = Ms(1000) }, s_usual with { Chunk = Ms(1000) + s_tick, LatencyMax = Ms(2000) } },
        { s_usual with { LatencyMax = Ms(20) }, s_usual with { LatencyMax = Ms(20) - s_tick } },
        { s_usual with { LatencyMax = Ms(5000) }, s_usual with { LatencyMax = Ms(5000) + s_tick } },
        { s_usual with { Burst = TimeSpan.Zero }, s_usual with { Burst = -s_tick } },
        { s_usual with { BurstMax = s_usual.Burst }, s_usual with { BurstMax = s_usual.Burst - s_tick } },
        { s_usual with { BurstMax = Ms(30_000) }, s_usual with { BurstMax = Ms(30_000) + s_tick } },
        { s_usual with { LagMax = Ms(200) }, s_usual with { LagMax = Ms(200) - s_tick } },
        { s_usual with { LagMax = Ms(300_000) }, s_usual with { LagMax = Ms(300_000) + s_tick } },
        { s_usual with { StallMax = Ms(1000) }, s_usual with { StallMax = Ms(1000) - s_tick } },
        { s_usual with { StallMax = s_hour }, s_usual with { StallMax = s_hour + s_tick } },
        { s_usual with { OffAirAfter = Ms(10) }, s_usual with { OffAirAfter = Ms(10) - s_tick } },
        { s_usual with { OffAirAfter = s_hour }, s_usual with { OffAirAfter = s_hour + s_tick } },
        { s_usual with { CatchUpMax = Ms(100) }, s_usual with { CatchUpMax = Ms(100) - s_tick } },
        { s_usual with { CatchUpMax = s_hour }, s_usual with { CatchUpMax = s_hour + s_tick } },
        { s_usual with { SkipsPerMinuteMax = 0 }, s_usual with { SkipsPerMinuteMax = -1 } },
        { s_usual with { SkipsPerMinuteMax = 1000 }, s_usual with { SkipsPerMinuteMax = 1001 } },
        { s_usual with { ListenersMax = 1 }, s_usual with { ListenersMax = 0 } },
        { s_usual with { ListenersMax = 1_000_000 }, s_usual with { ListenersMax = 1_000_001 } },
    };

    public static TheoryData<AudioServerOptions, AudioServerOptions> OfServers => new()
    {
        { new() { ClientsMax = 1 }, new() { ClientsMax = 0 } },
        { new() { BatchBytesMax = 4096 }, new() { BatchBytesMax = 4095 } },
        { new() { BatchBytesMax = 1 << 20 }, new() { BatchBytesMax = (1 << 20) + 1 } },
        { new() { Limits = new() }, new() { Limits = new() { PendingBytesMax = 0 } } },
    };

    [Theory]
    [MemberData(nameof(OfStations))]
    public void A_stations_options_are_taken_at_the_border_and_named_beyond_it(StationOptions last, StationOptions beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Theory]
    [MemberData(nameof(OfServers))]
    public void A_servers_options_are_taken_at_the_border_and_named_beyond_it(AudioServerOptions last, AudioServerOptions beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Fact]
    public void A_hub_keeps_what_the_longest_burst_and_the_longest_lag_of_its_stations_need()
    {
        var stations = new[]
        {
            s_usual with { BurstMax = Ms(9000), LagMax = Ms(3000) }, s_usual with { BurstMax = Ms(1000), LagMax = Ms(4000) },
        };
        var limits = new AudioServerOptions { BatchBytesMax = 8192 }.ToHubLimits(stations);
        Assert.Equal((2, 2, 8192), (limits.TopicsMax, limits.PublishersMax, limits.SegmentBytesMax));
        Assert.Equal((Ms(9100), Ms(18_200), Ms(15_100)), (limits.ReplayMin, limits.ReplayMax, limits.RetainMax));
        Assert.Empty(limits.Validate());
        var none = new AudioServerOptions().ToHubLimits([]);
        Assert.Equal((1, 1, Ms(100)), (none.TopicsMax, none.PublishersMax, none.ReplayMin));
        Assert.Empty(none.Validate());
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
