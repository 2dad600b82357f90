using System.Net;
using Xunit;

namespace Quickwater.Core.Tests;

public sealed class AddressKeyTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    public void A_key_is_shown_as_the_address_or_the_network_that_it_stands_for(string address, string text) =>
        Assert.Equal(text, AddressKey.Text(AddressKey.Of(IPAddress.Parse(address))));
}
