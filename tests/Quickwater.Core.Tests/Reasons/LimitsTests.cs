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

    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(new EngineOptions().Validate());

    [Theory]
    [MemberData(nameof(WrongEngines))]
    public void Wrong_engine_options_are_named_with_what_is_allowed(EngineOptions options, string message)
    {
        Assert.Equal(message, Assert.Single(options.Validate()));
        var thrown = Assert.Throws<ArgumentException>(() => new Engine(options, new ManualScheduler(), new VirtualTime(), new Bench()));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }
}
