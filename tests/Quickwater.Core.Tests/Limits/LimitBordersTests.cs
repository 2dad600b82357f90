using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>The last value that every limit allows, and the first that it does not.</summary>
public sealed class LimitBordersTests
{
    private const long RateMost = 100_000_000_000;

    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    public static TheoryData<ConnectionLimits, ConnectionLimits> OfConnections => new()
    {
        { new() { HandshakeTimeout = Milliseconds(10) }, new() { HandshakeTimeout = Milliseconds(10) - s_tick } },
        { new() { HandshakeTimeout = TimeSpan.FromMinutes(10) }, new() { HandshakeTimeout = TimeSpan.FromMinutes(10) + s_tick } },
        { new() { IdleTimeout = Milliseconds(100) }, new() { IdleTimeout = Milliseconds(100) - s_tick } },
        { new() { IdleTimeout = TimeSpan.FromHours(24) }, new() { IdleTimeout = TimeSpan.FromHours(24) + s_tick } },
        { new() { DurationMax = Milliseconds(10) }, new() { DurationMax = Milliseconds(10) - s_tick } },
        { new() { SentBytesPerSecondMax = 1000 }, new() { SentBytesPerSecondMax = 999 } },
        { new() { SentBytesPerSecondMax = RateMost }, new() { SentBytesPerSecondMax = RateMost + 1 } },
        { new() { ReceivedBytesPerSecondMax = 1000 }, new() { ReceivedBytesPerSecondMax = 999 } },
        { new() { ReceivedBytesPerSecondMax = RateMost }, new() { ReceivedBytesPerSecondMax = RateMost + 1 } },
        { new() { PendingBytesMax = 4096 }, new() { PendingBytesMax = 4095 } },
    };

    public static TheoryData<AttemptLimits, AttemptLimits> OfAttempts => new()
    {
        { new() { FailuresPerMinuteMax = 1 }, new() { FailuresPerMinuteMax = 0 } },
        { new() { FailuresPerMinuteMax = 1_000_000 }, new() { FailuresPerMinuteMax = 1_000_001 } },
        { new() { RefusedFor = TimeSpan.FromSeconds(1) }, new() { RefusedFor = TimeSpan.FromSeconds(1) - s_tick } },
        { new() { RefusedFor = TimeSpan.FromHours(24) }, new() { RefusedFor = TimeSpan.FromHours(24) + s_tick } },
    };

    public static TheoryData<AcceptLimits, AcceptLimits, string> OfAccepting => new()
    {
        { new() { ConnectionsMax = 1 }, new() { ConnectionsMax = 0 }, "ConnectionsMax is 0; it must be from 1 to 2147483647." },
        { new() { ConnectionsMax = int.MaxValue }, new() { ConnectionsMax = int.MinValue }, "ConnectionsMax is -2147483648; it must be from 1 to 2147483647." },
        {
            new() { ConnectionsPerAddressMax = 1 }, new() { ConnectionsPerAddressMax = 0 },
            "ConnectionsPerAddressMax is 0; it must be from 1 to 2147483647."
        },
        { new() { AcceptBurstMax = 1 }, new() { AcceptBurstMax = 0 }, "AcceptBurstMax is 0; it must be from 1 to 1024." },
        { new() { AcceptBurstMax = 1024 }, new() { AcceptBurstMax = 1025 }, "AcceptBurstMax is 1025; it must be from 1 to 1024." },
        {
            new() { ConnectsPerSecondPerAddressMax = 1 }, new() { ConnectsPerSecondPerAddressMax = 0 },
            "ConnectsPerSecondPerAddressMax is 0; it must be from 1 to 2147483647."
        },
    };

    [Theory]
    [MemberData(nameof(OfConnections))]
    public void A_connections_limits_are_taken_at_the_border_and_named_beyond_it(ConnectionLimits last, ConnectionLimits beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Theory]
    [MemberData(nameof(OfAttempts))]
    public void The_limits_of_attempts_are_taken_at_the_border_and_named_beyond_it(AttemptLimits last, AttemptLimits beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Theory]
    [MemberData(nameof(OfAccepting))]
    public void The_limits_of_accepting_are_taken_at_the_border_and_named_beyond_it(AcceptLimits last, AcceptLimits beyond, string message)
    {
        Assert.Empty(last.Validate());
        Assert.Equal(message, Assert.Single(beyond.Validate()));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(RateMost, RateMost, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 0, false)]
    [InlineData(RateMost + 1, 1, false)]
    [InlineData(1, RateMost + 1, false)]
    public void A_byte_rate_takes_what_it_can_count_with(long bytesPerSecond, long burstBytes, bool allowed)
    {
        if (allowed)
        {
            Assert.Equal(burstBytes, new ByteRate(bytesPerSecond, burstBytes).Room(Instant.Zero));
        }
        else
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new ByteRate(bytesPerSecond, burstBytes));
        }
    }

    private static TimeSpan Milliseconds(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
