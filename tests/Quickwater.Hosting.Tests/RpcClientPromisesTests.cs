using System.Diagnostics;
using Quickwater.Client;
using Quickwater.Rpc;

namespace Quickwater.Hosting.Tests;

/// <summary>What the client library promises beside getting answers: order, limits, deadlines and traces, over real sockets.</summary>
[Requirement("RPC-14")]
public sealed class RpcClientPromisesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly RpcPeers _peers = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _peers.DisposeAsync().AsTask();

    [Fact]
    public async Task A_call_overtakes_one_that_was_sent_before_it_on_the_same_connection()
    {
        var host = Serve(_peers.Methods);
        var client = Call(host);
        var slow = Ask(client, "hold");
        await _peers.BegunAsync(1);

        var fast = await client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json);

        Assert.Equal("\"pong\""u8, fast.Value.Span);
        Assert.False(slow.IsCompleted);
        Assert.Equal(1, host.Server.Stats.Connections);
        _peers.Open();
        Assert.Equal(3, (await slow).Value?.Value);
    }

    [Theory]
    [InlineData(3, 1000)] // as the client was told by its program
    [InlineData(1000, 3)] // as it was told by the server
    public async Task Calls_beyond_the_limit_of_a_connection_wait_for_a_place(int ofClient, int ofServer)
    {
        var client = Call(
            Serve(_peers.Methods, new RpcLimits { InFlightPerConnectionMax = ofServer }),
            new RpcConnectOptions { Session = new RpcClientOptions { InFlightMax = ofClient } });
        var calls = Enumerable.Range(0, 50).Select(_ => Ask(client, "hold")).ToArray();
        await _peers.BegunAsync(3);

        _peers.Open();

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(3, answer.Value?.Value));
        Assert.Equal(3, _peers.AtOnceMost);
    }

    [Fact]
    public async Task A_call_that_has_no_place_in_time_has_not_run()
    {
        var client = Call(Serve(_peers.Methods), new RpcConnectOptions { Session = new RpcClientOptions { InFlightMax = 1 } });
        var first = Ask(client, "hold");
        await _peers.BegunAsync(1);

        var late = await Ask(client, "hold", new RpcCallOptions { Timeout = TimeSpan.FromMilliseconds(50) });

        Assert.Equal(RpcErrorCode.DeadlineExceeded, late.Error?.Code);
        Assert.False(late.Error?.MayHaveRun);
        _peers.Open();
        Assert.Equal(3, (await first).Value?.Value);
        Assert.Equal(1, _peers.AtOnceMost);
    }

    [Fact]
    public async Task A_deadline_reaches_the_method_and_shrinks_on_the_way_to_the_next()
    {
        TimeSpan atFirst = default, atSecond = default;
        var second = Call(Serve(new RpcMethods().MapMethod("second", TestJson.Default.Pair, TestJson.Default.Sum, (pair, context) =>
        {
            atSecond = context.TimeLeft;
            return ValueTask.FromResult<RpcResult<Sum>>(new Sum(pair.A + pair.B));
        })));
        var first = Call(Serve(new RpcMethods().MapMethod("first", TestJson.Default.Pair, TestJson.Default.Sum, async (_, context) =>
        {
            atFirst = context.TimeLeft;
            return await Ask(second, "second", new RpcCallOptions { Timeout = context.TimeLeft });
        })));

        Assert.Equal(3, (await Ask(first, "first", new RpcCallOptions { Timeout = TimeSpan.FromSeconds(50) })).Value?.Value);

        Assert.InRange(atFirst, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50)); // not the server's own 60 s
        Assert.InRange(atSecond, TimeSpan.FromTicks(1), atFirst);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_an_error_and_stops_the_method()
    {
        var began = 0;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = Call(Serve(new RpcMethods().MapMethod("hang", TestJson.Default.Pair, TestJson.Default.Sum, async (_, context) =>
        {
            Interlocked.Increment(ref began);
            await using var registration = context.Stopped.Register(() => stopped.TrySetResult());
            await stopped.Task;
            return new Sum(0);
        })));

        // On a busy machine the time may be up before the method has begun.
        for (var time = TimeSpan.FromMilliseconds(200); Volatile.Read(ref began) == 0; time *= 2)
        {
            Assert.Equal(RpcErrorCode.DeadlineExceeded, (await Ask(client, "hang", new RpcCallOptions { Timeout = time })).Error?.Code);
        }

        await stopped.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_trace_of_the_caller_is_that_of_the_method()
    {
        var client = Call(Serve(new RpcMethods().MapMethod("trace", TestJson.Default.Pair, TestJson.Default.String, (_, context) =>
            ValueTask.FromResult<RpcResult<string>>(context.Trace.ToString()))));
        using var activity = new Activity("a caller's work").SetIdFormat(ActivityIdFormat.W3C).Start();

        var seen = await client.CallAsync("trace", new Pair(1, 2), TestJson.Default.Pair, TestJson.Default.String);

        Assert.Equal(activity.Id, seen.Value);
    }

    private static Task<RpcResult<Sum>> Ask(RpcClient client, string method, RpcCallOptions? options = null) => RpcPeers.AskAsync(client, method, options);

    private RpcHost Serve(RpcMethods methods, RpcLimits? limits = null) => _peers.Serve(methods, limits);

    private RpcClient Call(RpcHost host, RpcConnectOptions? options = null) => _peers.Call(host.Local, options);
}
