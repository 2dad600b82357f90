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
    public void Of_the_addresses_remembered_for_their_rate_the_oldest_are_forgotten_first()
    {
        var ledger = new AcceptLedger(new AcceptLimits { ConnectsPerSecondPerAddressMax = 1 }, new Clock(_time));
        void Visit(int from, int count)
        {
            for (var i = from; i < from + count; i++)
            {
                var address = new IPAddress(0x0A00_0000 + i);
                Assert.Equal(Reason.None, ledger.TryEnter(address));
                ledger.Leave(address);
            }
        }

        const int Half = AcceptLedger.QuietAddressesMax / 2;
        Visit(0, Half);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Visit(Half, Half + 2);
        Assert.InRange(ledger.Addresses, Half, Half + 4);
        Assert.Equal(Reason.ConnectRateExceeded, ledger.TryEnter(new IPAddress(0x0A00_0000 + AcceptLedger.QuietAddressesMax - 1)));
        Assert.Equal(Reason.None, ledger.TryEnter(new IPAddress(0x0A00_0000)));
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
}
