namespace Quickwater.Rpc.Tests;

/// <summary>The last value that every limit allows, and the first that it does not.</summary>
public sealed class LimitBordersTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public static TheoryData<RpcLimits, RpcLimits> Borders => new()
    {
        { new() { BodyBytesMax = 1024 }, new() { BodyBytesMax = 1023 } },
        { new() { BodyBytesMax = 256 << 20 }, new() { BodyBytesMax = (256 << 20) + 1 } },
        { new() { UnauthenticatedBodyBytesMax = 1024 }, new() { UnauthenticatedBodyBytesMax = 1023 } },
        { new() { InFlightPerConnectionMax = 1 }, new() { InFlightPerConnectionMax = 0 } },
        { new() { InFlightPerConnectionMax = 1_000_000 }, new() { InFlightPerConnectionMax = 1_000_001 } },
        { new() { InFlightPerCallerMax = 0 }, new() { InFlightPerCallerMax = -1 } },
        { new() { InFlightPerCallerMax = 10_000_000 }, new() { InFlightPerCallerMax = 10_000_001 } },
        { new() { InFlightMax = 1 }, new() { InFlightMax = 0 } },
        { new() { InFlightMax = 10_000_000 }, new() { InFlightMax = 10_000_001 } },
        { new() { RequestTimeout = s_tick }, new() { RequestTimeout = TimeSpan.Zero } },
        { new() { RequestTimeout = s_day }, new() { RequestTimeout = s_day + s_tick } },
        { new() { IdleTimeout = s_tick }, new() { IdleTimeout = TimeSpan.Zero } },
        { new() { SleepMax = TimeSpan.Zero }, new() { SleepMax = -s_tick } },
        { new() { OutputBytesMax = 4096 }, new() { OutputBytesMax = 4095 } },
        { new() { OutputBytesMax = 64 << 20 }, new() { OutputBytesMax = (64 << 20) + 1 } },
        { new() { StreamCreditMax = 1024 }, new() { StreamCreditMax = 1023 } },
        { new() { AuthenticationTimeout = s_day }, new() { AuthenticationTimeout = s_day + s_tick } },
        { new() { AccessTimeout = s_day }, new() { AccessTimeout = s_day + s_tick } },
        { new() { AttemptsPerConnectionMax = 1000 }, new() { AttemptsPerConnectionMax = 1001 } },
        { new() { Attempts = new() { FailuresPerMinuteMax = 1 } }, new() { Attempts = new() { FailuresPerMinuteMax = 0 } } },
    };

    [Theory]
    [MemberData(nameof(Borders))]
    public void The_limits_are_taken_at_the_border_and_named_beyond_it(RpcLimits last, RpcLimits beyond)
    {
        Assert.Empty(last.Validate());
        Assert.Single(beyond.Validate());
    }

    [Theory]
    [InlineData(true, 5000, 2000, 5000)]
    [InlineData(false, 5000, 2000, 2000)]
    [InlineData(false, 1500, 2000, 1500)]
    public void Who_is_not_known_may_send_less(bool isKnown, int body, int unauthenticated, int most) =>
        Assert.Equal(most, new RpcLimits { BodyBytesMax = body, UnauthenticatedBodyBytesMax = unauthenticated }.BodyBytesOf(isKnown));
}
