using System.Net;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("RTMP-14.6")]
public sealed class PlaceLedgerTests
{
    private const int InAll = 4;
    private const int PerAddress = 2;

    private readonly PlaceLedger _ledger = new(InAll, Reason.TooManyWaiters, PerAddress, Reason.TooManyWaitersFromAddress);

    [Fact]
    public void Places_are_counted_in_all_and_by_address_and_come_back()
    {
        var (a, b, c) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3"));
        Assert.Equal(Reason.None, _ledger.TryEnter(a));
        Assert.Equal(Reason.None, _ledger.TryEnter(a));
        Assert.Equal(Reason.TooManyWaitersFromAddress, _ledger.TryEnter(a));
        Assert.Equal(Reason.None, _ledger.TryEnter(b));
        Assert.Equal(Reason.None, _ledger.TryEnter(null)); // nobody's: it counts in all
        Assert.Equal(Reason.TooManyWaiters, _ledger.TryEnter(c));
        Assert.Equal((InAll, 2), (_ledger.Taken, _ledger.Addresses));
        _ledger.Leave(a);
        Assert.Equal(Reason.None, _ledger.TryEnter(a));
        foreach (var address in new[] { a, a, b, null })
        {
            _ledger.Leave(address);
        }

        Assert.Equal((0, 0), (_ledger.Taken, _ledger.Addresses));
    }

    [Fact]
    public void An_IPv6_network_has_the_places_of_one_address()
    {
        Assert.Equal(Reason.None, _ledger.TryEnter(IPAddress.Parse("2001:db8::1")));
        Assert.Equal(Reason.None, _ledger.TryEnter(IPAddress.Parse("2001:db8::2")));
        Assert.Equal(Reason.TooManyWaitersFromAddress, _ledger.TryEnter(IPAddress.Parse("2001:db8::3")));
        Assert.Equal(Reason.None, _ledger.TryEnter(IPAddress.Parse("2001:db8:0:1::3")));
    }
}
