namespace Quickwater.Media.Tests;

/// <summary>The last value that every limit allows, and the first that it does not.</summary>
public sealed class HubBordersTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    public static TheoryData<HubLimits, HubLimits> OfHubs => new()
    {
        { new() { TopicsMax = 1 }, new() { TopicsMax = 0 } },
        { new() { TopicsMax = 1_000_000 }, new() { TopicsMax = 1_000_001 } },
        { new() { PublishersMax = 1 }, new() { PublishersMax = 0 } },
        { new() { PublishersMax = 1_000_000 }, new() { PublishersMax = 1_000_001 } },
        { new() { SubscribersPerTopicMax = 1 }, new() { SubscribersPerTopicMax = 0 } },
        { new() { SubscribersPerTopicMax = 10_000_000 }, new() { SubscribersPerTopicMax = 10_000_001 } },
        { new() { WaitersMax = 1 }, new() { WaitersMax = 0 } },
        { new() { WaitersMax = 1_000_000 }, new() { WaitersMax = 1_000_001 } },
        { new() { WaitersPerAddressMax = 1 }, new() { WaitersPerAddressMax = 0 } },
        { new() { WaitersPerAddressMax = 1_000_000 }, new() { WaitersPerAddressMax = 1_000_001 } },
        { new() { TopicBytesMax = 65536 }, new() { TopicBytesMax = 65535 } },
        { new() { ConfigBytesMax = 1024 }, new() { ConfigBytesMax = 1023 } },
        { new() { ReplayMin = TimeSpan.Zero }, new() { ReplayMin = -s_tick } },
        { new() { ReplayMax = TimeSpan.FromSeconds(2) }, new() { ReplayMax = TimeSpan.FromSeconds(2) - s_tick } },
        { new() { KeyWaitMax = s_tick }, new() { KeyWaitMax = TimeSpan.Zero } },
        { new() { RetainMax = s_tick }, new() { RetainMax = TimeSpan.Zero } },
        { new() { FlushInterval = TimeSpan.Zero }, new() { FlushInterval = -s_tick } },
        { new() { FlushInterval = TimeSpan.FromSeconds(1) }, new() { FlushInterval = TimeSpan.FromSeconds(1) + s_tick } },
        { new() { SegmentBytesMax = 4096 }, new() { SegmentBytesMax = 4095 } },
        { new() { SegmentBytesMax = 1 << 20 }, new() { SegmentBytesMax = (1 << 20) + 1 } },
    };

    public static TheoryData<SubscribeOptions, SubscribeOptions> OfViewers => new()
    {
        { new() { LagTimeMax = s_tick }, new() { LagTimeMax = TimeSpan.Zero } },
        { new() { LagTimeMax = s_hour }, new() { LagTimeMax = s_hour + s_tick } },
        { new() { DisposableLagTimeMax = s_hour }, new() { DisposableLagTimeMax = s_hour + s_tick } },
        { new() { KeyLagTimeMax = s_hour }, new() { KeyLagTimeMax = s_hour + s_tick } },
        { new() { AudioLagTimeMax = s_hour }, new() { AudioLagTimeMax = s_hour + s_tick } },
        { new() { BatchTimeMax = s_hour }, new() { BatchTimeMax = s_hour + s_tick } },
        { new() { CatchUpMax = TimeSpan.Zero }, new() { CatchUpMax = -s_tick } },
        { new() { LagBytesMax = 1 }, new() { LagBytesMax = 0 } },
        { new() { CatchUpBytesMax = 1 }, new() { CatchUpBytesMax = 0 } },
    };

    [Theory]
    [MemberData(nameof(OfHubs))]
    public void A_hubs_limits_are_taken_at_the_border_and_named_beyond_it(HubLimits last, HubLimits beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Theory]
    [MemberData(nameof(OfViewers))]
    public void A_viewers_bounds_are_taken_at_the_border_and_named_beyond_it(SubscribeOptions last, SubscribeOptions beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }
}
