using Quickwater.Testing;
using System.Net;
using Xunit;

namespace Quickwater.Core.Tests;

public sealed class AttemptLedgerTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Two = IPAddress.Parse("192.0.2.2");

    private static readonly AttemptLimits Limits = new() { FailuresPerMinuteMax = 3, RefusedFor = TimeSpan.FromSeconds(90) };

    [Fact]
    [Requirement("RTMP-21.8/rates", "RTMP-15.7")]
    public void The_last_failure_of_a_minute_refuses_the_address_for_its_time_and_no_other()
    {
        var ledger = new AttemptLedger(Limits);
        Fail(ledger, One, 0, 1);
        Assert.False(ledger.Refuses(One, At(1)));
        Fail(ledger, One, 2, 30); // the first began the minute, the third ends it; one that was under way then changes nothing
        Assert.True(ledger.Refuses(One, At(91.9)));
        Assert.False(ledger.Refuses(Two, At(30)));
        Assert.False(ledger.Refuses(One, At(92)));
        Fail(ledger, One, 93, 94);
        Assert.False(ledger.Refuses(One, At(94)));
    }

    [Fact]
    public void Failures_of_another_minute_do_not_add_up()
    {
        var ledger = new AttemptLedger(Limits);
        Fail(ledger, One, 0, 59, 60, 61);
        Assert.False(ledger.Refuses(One, At(61)));
        Fail(ledger, One, 119);
        Assert.True(ledger.Refuses(One, At(119)));
    }

    [Fact]
    public void A_network_of_64_bits_is_one_address_and_an_IPv4_address_is_one_also_within_IPv6()
    {
        var ledger = new AttemptLedger(Limits with { FailuresPerMinuteMax = 1 });
        Fail(ledger, IPAddress.Parse("2001:db8:0:1::1"), 0);
        Fail(ledger, One.MapToIPv6(), 0);
        Assert.True(ledger.Refuses(IPAddress.Parse("2001:db8:0:1:ffff::2"), At(0)));
        Assert.False(ledger.Refuses(IPAddress.Parse("2001:db8:0:2::1"), At(0)));
        Assert.True(ledger.Refuses(One, At(0)));
        Assert.False(ledger.Refuses(Two.MapToIPv6(), At(0)));
    }

    [Fact]
    public void Addresses_are_bounded_and_those_that_are_refused_longest_are_kept()
    {
        var ledger = new AttemptLedger(Limits);
        Fail(ledger, One, 0, 0, 0);
        for (var i = 0; i < 3 * AttemptLedger.AddressesMax; i++)
        {
            Fail(ledger, new IPAddress(0x0A00_0000 + i), 1);
            Assert.InRange(ledger.Addresses, 1, AttemptLedger.AddressesMax);
        }

        Assert.True(ledger.Refuses(One, At(1)));
        for (var i = 0; i < AttemptLedger.AddressesMax; i++)
        {
            Fail(ledger, new IPAddress(0x0B00_0000 + i), 1000); // all that came before means nothing any more, and makes room
        }

        Assert.False(ledger.Refuses(One, At(1)));
    }

    [Fact]
    public void Failures_while_it_is_refused_do_not_make_that_longer()
    {
        var ledger = new AttemptLedger(Limits);
        Fail(ledger, One, 0, 1, 2, 30, 31, 32);
        Assert.True(ledger.Refuses(One, At(91.9)));
        Assert.False(ledger.Refuses(One, At(92)));
    }

    [Fact]
    public void While_there_is_room_no_address_is_forgotten()
    {
        var ledger = new AttemptLedger(Limits);
        var addresses = Enumerable.Range(0, 10).Select(Numbered).ToArray();
        for (var round = 0; round < Limits.FailuresPerMinuteMax; round++)
        {
            Assert.All(addresses, address => Fail(ledger, address, round));
        }

        Assert.All(addresses, address => Assert.True(ledger.Refuses(address, At(3))));
    }

    [Theory]
    [InlineData(0, 0, (AttemptLedger.AddressesMax / 2) + 1)]
    [InlineData(0, 60, 1)]
    [InlineData(5, 64.9, (AttemptLedger.AddressesMax / 2) + 1)]
    [InlineData(5, 65, 1)]
    public void Without_room_half_of_the_addresses_is_forgotten_and_all_whose_minute_is_over(double first, double seconds, int left)
    {
        var ledger = new AttemptLedger(Limits);
        for (var i = 0; i < AttemptLedger.AddressesMax; i++)
        {
            Fail(ledger, Numbered(i), first);
        }

        Assert.Equal(AttemptLedger.AddressesMax, ledger.Addresses);
        Fail(ledger, One, seconds);
        Assert.Equal(left, ledger.Addresses);
    }

    [Fact]
    public void The_limits_say_what_is_wrong_with_them()
    {
        Assert.Empty(new AttemptLimits().Validate());
        Assert.Equal(
            ["failuresPerMinuteMax is 0; allowed is 1 to 1000000", "refusedFor is 00:00:00; allowed is 1 s to 24 h"],
            new AttemptLimits { FailuresPerMinuteMax = 0, RefusedFor = TimeSpan.Zero }.Validate());
    }

    private static Instant At(double seconds) => Instant.Zero + TimeSpan.FromSeconds(seconds);

    private static IPAddress Numbered(int number) => new(0x0A00_0000 + number);

    private static void Fail(AttemptLedger ledger, IPAddress address, params double[] seconds)
    {
        foreach (var at in seconds)
        {
            ledger.Failed(address, At(at));
        }
    }
}
