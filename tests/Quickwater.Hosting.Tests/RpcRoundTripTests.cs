using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting.Tests;

/// <summary>Client and server as an application has them: tasks on both sides, real sockets between.</summary>
public sealed class RpcRoundTripTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RpcHost? _host;
    private RpcClient? _client;

    private RpcHost Host => _host ?? throw new InvalidOperationException("not started");

    private RpcClient Client => _client ?? throw new InvalidOperationException("not started");

    public Task InitializeAsync()
    {
        var methods = new RpcMethods()
            .MapMethod("sum", TestJson.Default.Pair, TestJson.Default.Sum, async (pair, _) =>
            {
                await Task.Yield();
                return new Sum(pair.A + pair.B);
            })
            .MapMethod("fail", TestJson.Default.Pair, TestJson.Default.Sum, (pair, _) =>
                ValueTask.FromResult<RpcResult<Sum>>(new RpcError((RpcErrorCode)pair.A, "as asked")))
            .MapMethod("throw", TestJson.Default.Pair, TestJson.Default.Sum, (_, _) => throw new InvalidOperationException("a fault"))
            .MapMethod("wait", TestJson.Default.Pair, TestJson.Default.Sum, WaitAsync)
            .MapBinary("reverse", (bytes, _) =>
            {
                var copy = bytes.ToArray();
                Array.Reverse(copy);
                return ValueTask.FromResult<RpcResult<ReadOnlyMemory<byte>>>((ReadOnlyMemory<byte>)copy);
            })
            .MapStream("count", TestJson.Default.Pair, TestJson.Default.Sum, Count);
        Assert.True(RpcHost.TryStart(methods, new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, out _host, out var why), why.ToString());
        _client = new RpcClient("127.0.0.1", Host.Local.Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await Host.DisposeAsync();
        Assert.True(Client.Leaks.Read().IsZero, Client.Leaks.Read().ToString());
        Assert.True(Host.Leaks.Read().IsZero, Host.Leaks.Read().ToString());
    }

    [Fact]
    [Requirement("RPC-14/pipelining")]
    public async Task A_typed_method_that_is_a_task_answers_its_callers_many_at_once()
    {
        var calls = Enumerable.Range(0, 1000).Select(i =>
            Client.CallAsync("sum", new Pair(i, i), TestJson.Default.Pair, TestJson.Default.Sum)).ToArray();
        var results = await Task.WhenAll(calls);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => 2 * i), results.Select(result => result.Value?.Value ?? -1));
    }

    [Fact]
    [Requirement("RPC-14/errors")]
    public async Task Errors_are_values_and_say_whether_the_method_may_have_run()
    {
        var chosen = await Client.CallAsync("fail", new Pair(42, 0), TestJson.Default.Pair, TestJson.Default.Sum);
        Assert.Equal(new RpcError((RpcErrorCode)42, "as asked"), chosen.Error);
        Assert.True(chosen.Error?.MayHaveRun);
        var thrown = await Client.CallAsync("throw", new Pair(0, 0), TestJson.Default.Pair, TestJson.Default.Sum);
        Assert.Equal(RpcErrorCode.InternalError, thrown.Error?.Code);
        var unknown = await Client.CallAsync("none", new Pair(0, 0), TestJson.Default.Pair, TestJson.Default.Sum);
        Assert.Equal(RpcErrorCode.MethodNotFound, unknown.Error?.Code);
        Assert.False(unknown.Error?.MayHaveRun);
    }

    [Fact]
    [Requirement("RPC-14/cancellation")]
    public async Task Cancellation_reaches_the_method()
    {
        using var cancel = new CancellationTokenSource();
        var call = Client.CallAsync("wait", new Pair(0, 0), TestJson.Default.Pair, TestJson.Default.Sum, cancel: cancel.Token);
        await _waiting.Task;
        await cancel.CancelAsync();
        Assert.Equal(RpcErrorCode.Cancelled, (await call).Error?.Code);
        await _stopped.Task;
    }

    [Fact]
    public async Task Bytes_go_there_and_back()
    {
        var bytes = Encoding.UTF8.GetBytes(new string('x', 100_000) + "y");
        var result = await Client.CallAsync("reverse", bytes, RpcEncoding.Binary);
        Array.Reverse(bytes);
        Assert.True(result.Value.Span.SequenceEqual(bytes));
    }

    [Fact]
    [Requirement("RPC-14/streaming")]
    public async Task A_stream_gives_all_its_items_to_a_reader_with_little_credit()
    {
        var next = 0;
        await foreach (var item in Client.StreamAsync(
            "count", new Pair(0, 10_000), TestJson.Default.Pair, TestJson.Default.Sum, new RpcCallOptions { Credit = 100 }))
        {
            Assert.Equal(next++, item.Value);
        }

        Assert.Equal(10_000, next);
    }

    [Fact]
    [Requirement("RPC-14")]
    public async Task A_reader_that_stops_early_stops_the_stream()
    {
        await foreach (var item in Client.StreamAsync(
            "count", new Pair(0, int.MaxValue), TestJson.Default.Pair, TestJson.Default.Sum, new RpcCallOptions { Credit = 1000 }))
        {
            if (item.Value == 100)
            {
                break;
            }
        }

        await _stopped.Task;
    }

    [Fact]
    [Requirement("RPC-8")]
    public async Task A_stop_waits_for_the_calls_under_way()
    {
        var call = Client.CallAsync("wait", new Pair(3, 4), TestJson.Default.Pair, TestJson.Default.Sum);
        await _waiting.Task;
        var stop = Host.StopAsync(TimeSpan.FromMinutes(1));
        Assert.False(stop.IsCompleted);
        _gate.SetResult();
        Assert.Equal(7, (await call).Value?.Value);
        Assert.True(await stop);
    }

    [Fact]
    public async Task Without_a_server_a_call_fails_and_has_certainly_not_run()
    {
        await Host.DisposeAsync();
        var result = await Client.CallAsync("sum", new Pair(0, 0), TestJson.Default.Pair, TestJson.Default.Sum);
        Assert.Equal(RpcErrorCode.ConnectionLost, result.Error?.Code);
        Assert.False(result.Error?.MayHaveRun);
    }

    private async ValueTask<RpcResult<Sum>> WaitAsync(Pair pair, RpcContext context)
    {
        _waiting.SetResult();
        try
        {
            await _gate.Task.WaitAsync(context.Stopped);
            return new Sum(pair.A + pair.B);
        }
        catch (OperationCanceledException)
        {
            _stopped.SetResult();
            throw;
        }
    }

    private async IAsyncEnumerable<Sum> Count(Pair pair, RpcContext context)
    {
        try
        {
            for (var i = pair.A; i < pair.B; i++)
            {
                await Task.Yield();
                yield return new Sum(i);
            }
        }
        finally
        {
            _stopped.TrySetResult();
        }
    }
}

internal sealed record Pair(int A, int B);

internal sealed record Sum(int Value);

[JsonSerializable(typeof(Pair))]
[JsonSerializable(typeof(Sum))]
[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
