using System.Net;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

public sealed class AcceptLedgerTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Two = IPAddress.Parse("192.0.2.2");

    private readonly VirtualTime _time = new();

    [Fact]
    [Requirement("AUD-8.5/floods")]
    [Requirement("RTMP-21.8/rates")]
    public void A_rate_over_the_limit_is_refused_until_the_second_is_over()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 2 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(One));
        Assert.Equal(Reason.None, ledger.TryEnter(Two));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        Assert.Equal(4, ledger.Open);
    }

    [Fact]
    public void An_address_is_forgotten_with_its_last_connection()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectionsPerAddressMax = 2 }, new Clock(_time));
        ledger.TryEnter(One);
        ledger.TryEnter(One);
        Assert.Equal(Reason.TooManyConnectionsFromAddress, ledger.TryEnter(One));
        Assert.Equal((2, 1), (ledger.Open, ledger.Addresses));
        ledger.Leave(One);
        ledger.Leave(One);
        Assert.Equal((0, 0), (ledger.Open, ledger.Addresses));
    }

    [Fact]
    public void A_network_of_64_bits_is_one_address()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectionsPerAddressMax = 1 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Equal(Reason.TooManyConnectionsFromAddress, ledger.TryEnter(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        Assert.Equal(Reason.None, ledger.TryEnter(IPAddress.Parse("2001:db8:0:2::1")));
    }

    [Fact]
    public void IPv4_addresses_on_a_socket_that_takes_both_are_addresses_of_their_own()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectionsPerAddressMax = 1 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(One.MapToIPv6()));
        Assert.Equal(Reason.None, ledger.TryEnter(Two.MapToIPv6()));
        Assert.Equal(Reason.TooManyConnectionsFromAddress, ledger.TryEnter(One));
    }

    [Fact]
    public void Addresses_that_are_remembered_for_their_rate_are_bounded()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        for (var i = 0; i < 3 * AcceptLedger.QuietAddressesMax; i++)
        {
            var address = new IPAddress(0x0A00_0000 + i);
            Assert.Equal(Reason.None, ledger.TryEnter(address));
            ledger.Leave(address);
            Assert.True(ledger.Addresses <= AcceptLedger.QuietAddressesMax + 1);
        }
    }

    [Fact]
    [Requirement("AUD-8.5")]
    public void Leaving_does_not_buy_another_connect_within_the_second()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        ledger.Leave(One);
        _time.Advance(TimeSpan.FromSeconds(0.999));
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(One));
        Assert.Equal(0, ledger.Open);
    }

    [Fact]
    public void Of_the_addresses_remembered_for_their_rate_the_oldest_half_is_forgotten()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        const int Half = AcceptLedger.QuietAddressesMax / 2;
        Visit(ledger, 0, Half);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Visit(ledger, Half, Half + 1);
        Assert.Equal((2 * Half) + 1, ledger.Addresses);
        Visit(ledger, (2 * Half) + 1, 1);
        Assert.Equal(Half + 2, ledger.Addresses);
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(Numbered(Half)));
        Assert.Equal(Reason.None, ledger.TryEnter(Numbered(0)));
    }

    [Fact]
    public void An_address_that_came_again_is_young_again()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        const int Half = AcceptLedger.QuietAddressesMax / 2;
        Visit(ledger, 0, 1);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Visit(ledger, 1, Half);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Visit(ledger, 0, 1); // its first second is over
        Visit(ledger, 10_000, Half + 1);
        Assert.Equal(Half + 2, ledger.Addresses);
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(Numbered(0)));
    }

    [Fact]
    public void Addresses_whose_second_is_over_are_all_forgotten_when_there_are_too_many()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        Visit(ledger, 0, AcceptLedger.QuietAddressesMax + 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Visit(ledger, 10_000, 1);
        Assert.Equal(1, ledger.Addresses);
    }

    [Fact]
    public void Addresses_with_a_connection_take_no_place_of_those_remembered_for_their_rate()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        for (var i = 0; i < 10; i++)
        {
            ledger.TryEnter(Numbered(20_000 + i));
        }

        Visit(ledger, 0, AcceptLedger.QuietAddressesMax);
        Assert.Equal(AcceptLedger.QuietAddressesMax + 10, ledger.Addresses);
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(Numbered(0)));
    }

    [Fact]
    public void Without_a_limit_by_address_no_address_is_kept()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectionsMax = 1 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        Assert.Equal(Reason.TooManyConnections, ledger.TryEnter(Two));
        Assert.Equal((1, 0), (ledger.Open, ledger.Addresses));
        ledger.Leave(One);
        Assert.Equal((0, 0), (ledger.Open, ledger.Addresses));
        Assert.Equal(Reason.None, ledger.TryEnter(Two));
    }

    [Fact]
    [Requirement("AUD-8.5")]
    public void A_refused_connection_does_not_count_as_open()
    {
        var ledger = new AcceptLedger(
            new AcceptLimits { ConnectionsMax = 1, ConnectionsPerAddressMax = 5 }, new Clock(_time));
        Assert.Equal(Reason.None, ledger.TryEnter(One));
        Assert.Equal(Reason.TooManyConnections, ledger.TryEnter(Two));
        Assert.Equal((1, 1), (ledger.Open, ledger.Addresses));
    }

    private static IPAddress Numbered(int number) => new(0x0A00_0000 + number);

    // Each comes and goes.
    private static void Visit(AcceptLedger ledger, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            Assert.Equal(Reason.None, ledger.TryEnter(Numbered(i)));
            ledger.Leave(Numbered(i));
        }
    }
}
