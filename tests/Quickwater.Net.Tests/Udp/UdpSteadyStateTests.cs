using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>A datagram port over real sockets allocates nothing for a datagram. It counts the whole process, so it runs alone.</summary>
[Collection(nameof(SteadyStateTests))]
public sealed class UdpSteadyStateTests
{
    private const int Messages = 20_000;
    private const int ObjectBytesMin = 24;
    private const int MessageBytes = 32;
    private const int AtOnce = 10;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_steady_echo_of_datagrams_allocates_nothing_for_a_datagram(bool portable)
    {
        await using var stage = UdpStage.Start(options => options with { Portable = portable, Shards = 1 });
        var client = stage.Client();
        Echo(client, Messages / 4); // the peer opens, code is compiled
        var allocated = long.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // The runtime has work of its own now and then (compiling in tiers); a datagram that allocates does so every time.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Echo(client, Messages);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(allocated < Messages * ObjectBytesMin / 2, $"{allocated} bytes for {Messages} datagrams"); // one object each would be twice that
        Assert.Equal((Messages / 4) + (3 * Messages), stage.Server.Ports[0].Stats.Received);
    }

    private static void Echo(System.Net.Sockets.Socket client, int count)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        Span<byte> answer = stackalloc byte[MessageBytes];
        for (var i = 0; i < count; i += AtOnce)
        {
            message.Fill((byte)(i % 100));
            for (var sent = 0; sent < AtOnce; sent++)
            {
                client.Send(message);
            }

            for (var received = 0; received < AtOnce; received++)
            {
                Assert.True(client.Receive(answer) == MessageBytes && message.SequenceEqual(answer)); // Assert.Equal would allocate
            }
        }
    }
}
