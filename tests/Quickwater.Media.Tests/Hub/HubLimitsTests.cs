using Quickwater.Core;
using Quickwater.Core.Tests;

namespace Quickwater.Media.Tests;

public sealed class HubLimitsTests
{
    public static TheoryData<HubLimits, string> WrongHubs => new()
    {
        { new HubLimits { TopicsMax = 0 }, "topicsMax is 0; allowed is 1 to 1000000" },
        { new HubLimits { WaitersMax = 0 }, "waitersMax is 0; allowed is 1 to 1000000" },
        { new HubLimits { WaitersPerAddressMax = 0 }, "waitersPerAddressMax is 0; allowed is 1 to 1000000" },
        { new HubLimits { PublishersMax = 1_000_001 }, "publishersMax is 1000001; allowed is 1 to 1000000" },
        { new HubLimits { SubscribersPerTopicMax = 0 }, "subscribersPerTopicMax is 0; allowed is 1 to 10000000" },
        { new HubLimits { TopicBytesMax = 65535 }, "topicBytesMax is 65535; allowed is 65536 and more" },
        { new HubLimits { ConfigBytesMax = 1023 }, "configBytesMax is 1023; allowed is 1024 and more" },
        { new HubLimits { ReplayMax = TimeSpan.FromSeconds(1) }, "replayMin is 00:00:02 and replayMax is 00:00:01; allowed is 0 <= replayMin <= replayMax" },
        { new HubLimits { RetainMax = TimeSpan.Zero }, "retainMax is 00:00:00; allowed is longer than zero" },
        { new HubLimits { SegmentBytesMax = 4095 }, "segmentBytesMax is 4095; allowed is 4096 to 1048576" },
        { new HubLimits { FlushInterval = TimeSpan.FromSeconds(2) }, "flushInterval is 00:00:02; allowed is 0 to 1 s" },
    };

    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(new HubLimits().Validate());

    [Theory]
    [MemberData(nameof(WrongHubs))]
    public void Wrong_hub_limits_are_named_with_what_is_allowed(HubLimits limits, string message)
    {
        using var bench = new Bench();
        Assert.Equal(message, Assert.Single(limits.Validate()));
        var thrown = Assert.Throws<ArgumentException>(() => new Hub(bench.Engine, limits, new SilentHub()));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }
}
