using System.Net;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("NET-5.1/addresses")]
public sealed class DatagramAddressTests
{
    private const int Port = 7777;

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:7777", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1:7777", true)]
    [InlineData("2001:db8::1", "[2001:db8::1]:7777", false)]
    [InlineData("fe80::1%3", "[fe80::1%3]:7777", false)]
    [InlineData("::", "[::]:7777", false)]
    public void An_end_point_comes_back_as_it_went_in_but_IPv4_has_one_form(string host, string text, bool isIPv4)
    {
        var address = DatagramAddress.Of(new IPEndPoint(IPAddress.Parse(host), Port));

        Assert.Equal(text, address.ToString());
        Assert.Equal((isIPv4, (ushort)Port), (address.IsIPv4, address.Port));
        Assert.Equal(address, DatagramAddress.Of(address.ToEndPoint()));
    }

    [Fact]
    public void Two_are_equal_when_address_port_and_interface_are()
    {
        byte[] bytes = [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        var address = new DatagramAddress(bytes, Port, scope: 3);

        Assert.Equal(address, new DatagramAddress(bytes, Port, scope: 3));
        Assert.Equal(address.GetHashCode(), new DatagramAddress(bytes, Port, scope: 3).GetHashCode());
        Assert.NotEqual(address, new DatagramAddress(bytes, Port, scope: 4));
        Assert.NotEqual(address, address.WithPort(Port + 1));
        bytes[15]++;
        Assert.NotEqual(address, new DatagramAddress(bytes, Port, scope: 3));
    }

    [Fact]
    public void An_IPv4_address_stands_in_the_last_four_bytes()
    {
        var bytes = new byte[DatagramAddress.AddressBytes];
        new DatagramAddress([192, 0, 2, 1], Port).CopyTo(bytes);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1], bytes);
    }

    [Fact]
    public void An_address_of_another_length_is_a_fault_of_the_caller() =>
        Assert.Throws<ArgumentException>(static () => new DatagramAddress([1, 2, 3], Port));
}
