using Xunit;

namespace Quickwater.Core.Tests;

public sealed class LimitsTests
{
    public static TheoryData<EngineOptions, string> WrongEngines => new()
    {
        { new EngineOptions { ReceiveBytesMax = 4095 }, "receiveBytesMax is 4095; allowed is 4096 to 1048576" },
        { new EngineOptions { BatchBytesMax = (1 << 20) + 1 }, "batchBytesMax is 1048577; allowed is 4096 to 1048576" },
        { new EngineOptions { TurnPassesMax = 0 }, "turnPassesMax is 0; allowed is 1 to 1000" },
        { new EngineOptions { MailboxAnswersMax = 65537 }, "mailboxAnswersMax is 65537; allowed is 1 to 65536" },
        { new EngineOptions { FarewellTimeout = TimeSpan.FromMilliseconds(9) }, "farewellTimeout is 00:00:00.0090000; allowed is 10 ms to 30 s" },
        { new EngineOptions { SendTimeout = TimeSpan.Zero }, "sendTimeout, flushTimeout, lingerTimeout and longTurn must be longer than zero" },
    };

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
    public void The_defaults_are_valid()
    {
        Assert.Empty(new EngineOptions().Validate());
        Assert.Empty(new HubLimits().Validate());
    }

    [Theory]
    [MemberData(nameof(WrongEngines))]
    public void Wrong_engine_options_are_named_with_what_is_allowed(EngineOptions options, string message)
    {
        Assert.Equal(message, Assert.Single(options.Validate()));
        var thrown = Assert.Throws<ArgumentException>(() => new Engine(options, new ManualScheduler(), new VirtualTime(), new Bench()));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }

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
