using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

public sealed class EpollLoopsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void A_number_of_loops_out_of_range_is_refused(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpollLoops(count));

    [Theory]
    [InlineData(104, Reason.ConnectionReset)]
    [InlineData(32, Reason.ConnectionReset)]
    [InlineData(110, Reason.TransportTimedOut)]
    [InlineData(113, Reason.HostUnreachable)]
    [InlineData(105, Reason.NoBufferSpace)]
    [InlineData(9, Reason.LocalFault)]
    [InlineData(9999, Reason.TransportFault)]
    [Requirement("NET-1.3")]
    public void Error_numbers_become_reasons(int errno, Reason expected) =>
        Assert.Equal(expected, SocketReasons.Of(EpollCalls.ErrorOf(errno)));

    [EpollFact]
    public async Task Connections_are_told_and_survive_more_of_them_than_the_first_table_holds()
    {
        var pairs = new List<TcpPair>();
        for (var i = 0; i < 200; i++)
        {
            pairs.Add(await TcpPair.OpenAsync(loops: TestLoops.Shared));
        }

        foreach (var pair in pairs)
        {
            Assert.Equal(IoStatus.Pending, pair.Transport.Receive(Memory<byte>.Empty).Status);
        }

        foreach (var pair in pairs)
        {
            await pair.Peer.SendAsync("x"u8.ToArray(), SocketFlags.None);
            Assert.Equal(IoResult.Completed(0), await pair.Events.ReceivedAsync());
            await pair.DisposeAsync();
        }
    }
}
