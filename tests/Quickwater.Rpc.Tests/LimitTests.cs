using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>What bounds a server: each limit, and a peer that tries to go beyond it.</summary>
public sealed class LimitTests
{
    private const int MemoryBytes = 16 << 20;

    [Fact]
    [Requirement("RPC-14/in-flight-caps")]
    public void At_its_bound_of_calls_a_connection_is_not_read_and_goes_on_when_there_is_room()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 3 });
        var answers = served.Ask([.. Enumerable.Range(1, 5).Select(i => Frame.Base((uint)i, "held")), Frame.Base(6, "ping")]);
        Assert.Empty(answers);
        Assert.Equal(3, served.Held.Calls.Count);
        Assert.True(served.Driver.Paused);
        Assert.Equal(Frame.Base(4, "held").Length * 2 + Frame.Base(6, "ping").Length, served.Driver.Untaken);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal([1u, 2u, 3u, 6u], served.Driver.Frames().Select(frame => frame.Id).Order());
        Assert.False(served.Driver.Paused);
    }

    [Fact]
    [Requirement("MED-9.5/memory")]
    public void Without_memory_a_call_is_refused_and_a_long_request_ends_the_connection()
    {
        var memory = new MemoryBudget(MemoryBytes);
        using var served = new Served(memory: memory);
        using var spent = new SpentMemory(memory, beyond: 1);
        Assert.Contains($"{(int)RpcErrorCode.Overloaded}", served.AskOne(Frame.Base(1, "held")), StringComparison.Ordinal);
        Assert.Equal("{\"result\":1}", served.AskOne(Frame.Base(2, "echo", "1"))); // what costs nothing is still done
        served.Driver.Feed(Frame.Base(3, "echo", $"\"{new string('x', 9000)}\"").AsSpan(0, 8000));
        Assert.Equal(Reason.MemoryPressure, served.Driver.Session.Ended);
    }

    [Fact]
    [Requirement("MED-9.5/memory")]
    public void A_long_request_ends_its_connection_when_memory_is_spent_while_it_comes()
    {
        const int Long = 400_000;
        var memory = new MemoryBudget(MemoryBytes);
        using var served = new Served(memory: memory);
        var request = Frame.Base(1, "echo", $"\"{new string('x', Long)}\"");
        served.Driver.Feed(request.AsSpan(0, 8000));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        using var spent = new SpentMemory(memory, beyond: 1);
        served.Driver.Feed(request.AsSpan(8000, Long / 2));
        Assert.Equal(Reason.MemoryPressure, served.Driver.Session.Ended);
    }

    [Fact]
    public void Where_nobody_counts_memory_calls_are_answered_all_the_same()
    {
        using var served = new Served(isCounted: false);
        served.Driver.Reads = false;
        served.Driver.Feed([.. Frame.Base(1, "echo", "1"), .. Frame.Base(2, "held"), .. Frame.Base(3, "echo", "3")]);
        served.Driver.Reads = true;
        served.Driver.Turn();
        Assert.Equal([1u, 3u], served.Driver.Frames().Select(frame => frame.Id));
    }

    [Fact]
    [Requirement("MED-9.5/memory")]
    public void Without_memory_who_does_not_read_its_answers_is_not_read()
    {
        var memory = new MemoryBudget(MemoryBytes);
        using var served = new Served(memory: memory);
        using var spent = new SpentMemory(memory);
        served.Driver.Reads = false;
        served.Driver.Feed([.. Frame.Base(1, "echo", "1"), .. Frame.Base(2, "echo", "2")]);
        Assert.True(served.Driver.Paused);
        served.Driver.Reads = true;
        served.Driver.Turn();
        Assert.Equal([1u, 2u], served.Driver.Frames().Select(frame => frame.Id));
    }

    [Fact]
    public void A_long_request_that_finds_no_place_is_kept_once()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 1 });
        var text = $"\"{new string('x', 9000)}\"";
        var both = Frame.Base(1, "held").Concat(Frame.Base(2, "held", text)).ToArray();
        served.Driver.Feed(both.AsSpan(0, 5000));
        served.Driver.Feed(both.AsSpan(5000));
        Assert.True(served.Driver.Paused);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(text.Length, Assert.Single(served.Held.Calls).Payload.Length);
    }

    [Fact]
    public void The_bound_of_all_connections_lets_the_longest_waiting_go_on()
    {
        using var served = new Served(new RpcLimits { InFlightMax = 1 });
        using var second = new Driver(_ => served.Server);
        using var third = new Driver(_ => served.Server);
        using var fourth = new Driver(_ => served.Server);
        served.Ask(Frame.Base(1, "held"));
        second.Feed(Frame.Base(2, "sleep", """{"ms":1}"""));
        third.Feed(Frame.Base(3, "sleep", """{"ms":1}"""));
        fourth.Feed(Frame.Base(4, "sleep", """{"ms":1}"""));
        third.Turn(); // asks again, and waits in its place
        Assert.True(second.Paused && third.Paused && fourth.Paused);
        second.Close(); // leaves the queue
        served.Held.AnswerAll();
        Assert.Equal((0, 1, 0), (second.Wakes, third.Wakes, fourth.Wakes));
        third.Close(); // was called, so the next one is
        Assert.Equal(1, fourth.Wakes);
        fourth.Turn();
        fourth.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Single(fourth.Frames());
        fourth.Close();
    }

    [Fact]
    public void A_peer_that_never_reads_costs_bounded_memory()
    {
        using var served = new Served(new RpcLimits { OutputBytesMax = 10_000 });
        served.Driver.Reads = false;
        var request = Frame.Base(1, "echo", $"\"{new string('x', 900)}\"");
        for (var i = 0; i < 100; i++)
        {
            served.Driver.Feed(request);
        }

        Assert.True(served.Driver.Paused);
        Assert.InRange(served.Driver.Untaken, request.Length * 85, request.Length * 95);
        served.Driver.Reads = true;
        served.Driver.Turn();
        Assert.Equal(100, served.Driver.Frames().Count);
    }

    [Fact]
    public void One_byte_a_second_does_not_keep_a_connection()
    {
        using var served = new Served(new RpcLimits { IdleTimeout = TimeSpan.FromSeconds(10) });
        served.Ask(Frame.Base(1, "ping"));
        foreach (var one in Frame.Base(2, "echo", "\"a long request\"").Take(20))
        {
            served.Driver.Feed([one]);
            served.Driver.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Reason.IdleTimeout, served.Driver.Session.Ended);
    }

    [Fact]
    public void A_peer_that_takes_its_answers_late_is_not_idle_and_one_that_takes_none_is()
    {
        using var served = new Served(new RpcLimits { IdleTimeout = TimeSpan.FromSeconds(10) });
        served.Driver.Reads = false;
        served.Driver.Feed(Frame.Base(1, "ping"));
        served.Driver.Pass(TimeSpan.FromSeconds(9));
        served.Driver.Reads = true;
        served.Driver.Turn();
        served.Driver.Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(Reason.None, served.Driver.Session.Ended); // it took its answer 9 s ago
        served.Driver.Reads = false;
        served.Driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.IdleTimeout, served.Driver.Session.Ended);
    }

    [Fact]
    public void A_connection_is_not_idle_while_a_call_is_under_way()
    {
        using var served = new Served(new RpcLimits { IdleTimeout = TimeSpan.FromSeconds(1) });
        served.Ask(Frame.Base(1, "sleep", """{"ms":3000}"""));
        served.Driver.Pass(TimeSpan.FromSeconds(3.5));
        Assert.Single(served.Driver.Frames());
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.IdleTimeout, served.Driver.Session.Ended);
    }

    [Fact]
    public void A_call_that_takes_too_long_is_answered_and_keeps_its_place_until_its_method_ends()
    {
        using var served = new Served(new RpcLimits { RequestTimeout = TimeSpan.FromSeconds(5), InFlightPerConnectionMax = 2 });
        served.Ask(Frame.Base(1, "held"), Frame.Base(2, "sleep", """{"ms":6000}"""));
        served.Driver.Pass(TimeSpan.FromSeconds(5));
        Assert.All(served.Driver.Frames(), frame => Assert.Contains("-32001", frame.Text, StringComparison.Ordinal));
        Assert.Equal([Reason.DeadlineExceeded], served.Held.Stops);
        Assert.Equal(Reason.DeadlineExceeded, served.Held.Calls[0].Stopped);
        Assert.Equal(1, served.Server.Stats.InFlight);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Empty(served.Driver.Frames());
        Assert.Equal(0, served.Server.Stats.InFlight);
    }

    [Fact]
    public void A_sleep_is_cut_to_the_longest()
    {
        using var served = new Served(new RpcLimits { SleepMax = TimeSpan.FromMilliseconds(7) });
        served.Ask(Frame.Base(1, "sleep", """{"ms":5000000000}"""));
        served.Driver.Pass(TimeSpan.FromMilliseconds(7));
        Assert.Equal("""{"result":{"slept":7}}""", Assert.Single(served.Driver.Frames()).Text);
    }

    [Fact]
    public void A_call_is_answered_once()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"));
        var call = served.Held.Calls[0];
        served.Held.Calls.Clear();
        call.Fail(new RpcError((RpcErrorCode)9, "no"));
        Assert.Throws<InvalidOperationException>(() => call.Complete("1"u8));
        served.Driver.Turn();
        Assert.Contains("\"code\":9", Assert.Single(served.Driver.Frames()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_with_nobody_listening_can_be_stopped()
    {
        using var served = new Served();
        RpcCall? quiet = null;
        var methods = new RpcMethods().MapLater("quiet", RpcPayloads.Json, new Quiet(call => quiet = call), streams: true);
        using var driver = new Driver(buffers => new RpcServer(methods, new RpcLimits(), buffers));
        driver.Feed([.. Frame.Base(0, "rpc.hello", """{"version":1}"""), .. Frame.Call(1, "quiet", credit: 1), .. Frame.Of(1, [3, 0, 0, 0, 1]), .. Frame.Of(1, [2])]);
        Assert.Equal(Reason.Cancelled, quiet?.Stopped);
        Assert.Equal(("quiet", Instant.Zero, false), (quiet?.Method, quiet?.Arrived, quiet?.Trace.IsValid));
        quiet?.Complete(""u8);
    }

    private sealed class Quiet(Action<RpcCall> started) : IRpcHandler
    {
        public void Start(RpcCall call) => started(call);
    }
}
