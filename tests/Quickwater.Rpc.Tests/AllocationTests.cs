using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>What a call allocates from the bytes that came to the bytes that go: nothing when it completes at once, and little when it completes later.</summary>
public sealed class AllocationTests
{
    private const int Calls = 64; // in each round
    private const int WarmRounds = 500;
    private const int Rounds = 100;
    private const int AttemptsMax = 20;

    [Fact]
    public void A_binary_call_that_completes_at_once_allocates_nothing()
    {
        using var served = new Served(hello: true);
        byte[] input = [.. Enumerable.Range(0, Calls).SelectMany(i => Frame.Call((uint)i, "echo", new string('x', 45), RpcEncoding.Binary))];
        Assert.Equal(0, Measure(served, input));
    }

    [Fact]
    public void A_JSON_echo_allocates_nothing()
    {
        using var served = new Served();
        byte[] input = [.. Enumerable.Range(0, Calls).SelectMany(i => Frame.Base((uint)i, "echo", "[1,2,3]"))];
        Assert.Equal(0, Measure(served, input));
    }

    [Fact]
    public void Who_has_authenticated_pays_nothing_for_it()
    {
        using var served = new Served(hello: true, authenticator: new RpcTokens(["alice=0123456789abcdef"]));
        served.Ask(Frame.Base(0, "rpc.authenticate", """{"token":"0123456789abcdef"}"""));
        byte[] input = [.. Enumerable.Range(0, Calls).SelectMany(i => Frame.Call((uint)i, "echo", new string('x', 45), RpcEncoding.Binary))];
        Assert.Equal(0, Measure(served, input));
    }

    [Fact]
    public void A_call_that_is_answered_later_allocates_what_its_method_holds_and_no_more()
    {
        const int callAndPlaceBytes = 184; // one RpcCall and one RpcPending
        using var served = new Served(hello: true);
        byte[] input = [.. Enumerable.Range(0, Calls).SelectMany(i => Frame.Call((uint)i, "soon", new string('x', 45), RpcEncoding.Binary))];
        Assert.InRange(Measure(served, input) / (Rounds * Calls), 1, callAndPlaceBytes);
    }

    private static long Measure(Served served, byte[] input)
    {
        var batch = new SendBatch();
        var session = served.Driver.Session;
        var answered = 0L;
        for (var i = 0; i < WarmRounds; i++)
        {
            Round(); // compiles and warms
        }

        var least = long.MaxValue;
        for (var attempt = 0; attempt < AttemptsMax && least > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Rounds; i++)
            {
                Round();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(answered > 0);
        return least;

        void Round()
        {
            Assert.True(session.Receive(input, Instant.Zero).Consumed == input.Length);
            batch.Begin(64 * 1024);
            session.Transmit(batch, Instant.Zero);
            answered += batch.Bytes;
            batch.Release();
        }
    }
}
