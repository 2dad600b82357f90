using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

public sealed class SocketReasonsTests
{
    public static TheoryData<SocketError> Errors => new(Enum.GetValues<SocketError>().Distinct());

    [Theory]
    [MemberData(nameof(Errors))]
    [Requirement("NET-1.3")]
    public void Every_socket_error_has_a_row_of_its_own(SocketError error)
    {
        // The fallback is for codes outside of the enumeration; within it only the unspecific error may end there.
        var why = SocketReasons.Of(error);
        Assert.Equal(error == SocketError.Success, why == Reason.None);
        Assert.Equal(error == SocketError.SocketError, why == Reason.TransportFault);
    }

    [Fact]
    [Requirement("NET-1.3")]
    public void They_map_to_at_least_fifteen_reasons() =>
        Assert.True(Enum.GetValues<SocketError>().Select(SocketReasons.Of).Distinct().Count() >= 15);

    [Fact]
    public void A_code_nobody_knows_is_a_transport_fault() =>
        Assert.Equal(Reason.TransportFault, SocketReasons.Of((SocketError)123_456));
}
