using System.Net;
using System.Net.Sockets;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting.Tests;

/// <summary>What runs once, what runs again, and what is told of both: a client and the servers that end under it, over real sockets.</summary>
[Requirement("RPC-14")]
public sealed class RpcCertaintyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(20);

    private readonly List<IAsyncDisposable> _open = []; // the latest is closed first
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ran;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            await _open[i].DisposeAsync();
        }
    }

    [Fact]
    [Requirement("RPC-8")]
    public async Task A_call_longer_than_the_grace_fails_with_an_error_of_its_own_and_is_not_made_again()
    {
        var host = Serve(0);
        var client = Call(host.Local.Port);
        var call = Hold(client, idempotent: false);
        await Until.HoldsAsync(() => Volatile.Read(ref _ran) == 1, Patience, "the call has begun");

        Assert.False(await host.StopAsync(ShortGrace));
        Serve(host.Local.Port);

        var result = await call;
        Assert.Equal((RpcErrorCode.Interrupted, true), (result.Error?.Code, result.Error?.MayHaveRun));
        Assert.Null((await client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json)).Error); // and others find the next server
        Assert.Equal(1, _ran);
    }

    [Fact]
    public async Task A_call_that_is_declared_idempotent_is_made_again()
    {
        var host = Serve(0);
        var call = Hold(Call(host.Local.Port), idempotent: true);
        await Until.HoldsAsync(() => Volatile.Read(ref _ran) == 1, Patience, "the call has begun");

        Assert.False(await host.StopAsync(ShortGrace));
        Serve(host.Local.Port);
        await Until.HoldsAsync(() => Volatile.Read(ref _ran) == 2, Patience, "the call is made again");

        _gate.SetResult();
        Assert.Equal(3, (await call).Value?.Value);
    }

    [Fact]
    public async Task An_idempotent_call_that_finds_no_other_server_may_have_run()
    {
        var host = Serve(0);
        var call = Hold(Call(host.Local.Port, waits: false), idempotent: true);
        await Until.HoldsAsync(() => Volatile.Read(ref _ran) == 1, Patience, "the call has begun");

        Assert.False(await host.StopAsync(ShortGrace));

        var result = await call;
        Assert.Equal((RpcErrorCode.ConnectionLost, true), (result.Error?.Code, result.Error?.MayHaveRun));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_gave_an_item_is_never_made_again(bool idempotent)
    {
        var host = Serve(0);
        var client = Call(host.Local.Port);
        var given = new List<int>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Assert.ThrowsAsync<RpcException>(async () =>
        {
            var options = new RpcCallOptions { Idempotent = idempotent, Timeout = Patience };
            await foreach (var item in client.StreamAsync("one", new Pair(1, 2), TestJson.Default.Pair, TestJson.Default.Sum, options))
            {
                given.Add(item.Value);
                first.TrySetResult();
            }
        });
        await first.Task.WaitAsync(Patience);

        Assert.False(await host.StopAsync(ShortGrace));
        Serve(host.Local.Port);

        Assert.Equal(RpcErrorCode.Interrupted, (await reading).Error.Code);
        Assert.Equal([1], given);
        Assert.Equal(1, _ran);
    }

    [Fact]
    public async Task One_call_that_is_too_long_fails_alone_and_with_both_numbers()
    {
        var client = Call(Serve(0, new RpcLimits { BodyBytesMax = 10_000 }).Local.Port);
        var held = Hold(client, idempotent: false);
        var large = await client.CallAsync("echo", new byte[20_000], RpcEncoding.Binary);
        Assert.Equal(new RpcError(RpcErrorCode.RequestTooLarge, "The body of the call has 20011 bytes; the server takes 10000."), large.Error);
        _gate.SetResult();
        Assert.Equal(3, (await held).Value?.Value);
    }

    [Fact]
    public async Task Ten_calls_are_answered_though_one_in_the_base_form_is_too_long()
    {
        var options = new RpcConnectOptions { Session = new RpcClientOptions { Extensions = false } };
        var client = Call(Serve(0, new RpcLimits { BodyBytesMax = 10_000 }).Local.Port, options: options);
        var calls = Enumerable.Range(0, 10).Select(_ => client.CallAsync("sleep", "{\"ms\":50}"u8.ToArray(), RpcEncoding.Json)).ToArray();
        var large = client.CallAsync("echo", System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', 300_000)}\""), RpcEncoding.Json);
        Assert.All(await Task.WhenAll(calls), answer => Assert.Null(answer.Error));
        Assert.Equal((RpcErrorCode.RequestTooLarge, false), ((await large).Error?.Code, (await large).Error?.MayHaveRun));
    }

    [Fact]
    public async Task A_server_of_another_protocol_is_named_at_once_and_not_tried_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = Call(((IPEndPoint)listener.LocalEndpoint).Port);
        var call = client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json);
        using var peer = await listener.AcceptTcpClientAsync();
        await peer.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        Assert.Equal(
            new RpcError(RpcErrorCode.MalformedAnswer, "What answers there is no RPC server: it speaks HTTP (\"HTTP/1.1 400 Bad Request\").") { MayHaveRun = false },
            (await call).Error);
    }

    private static Task<RpcResult<Sum>> Hold(RpcClient client, bool idempotent) =>
        client.CallAsync("hold", new Pair(1, 2), TestJson.Default.Pair, TestJson.Default.Sum, new RpcCallOptions { Idempotent = idempotent, Timeout = Patience });

    private RpcHost Serve(int port, RpcLimits? limits = null)
    {
        var methods = new RpcMethods()
            .MapMethod("hold", TestJson.Default.Pair, TestJson.Default.Sum, async (pair, _) =>
            {
                Interlocked.Increment(ref _ran);
                await _gate.Task;
                return new Sum(pair.A + pair.B);
            })
            .MapStream("one", TestJson.Default.Pair, TestJson.Default.Sum, OneAsync);
        var options = new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, port), Limits = limits ?? new RpcLimits() };
        Assert.True(RpcHost.TryStart(methods, options, out var host, out var why), why.ToString());
        _open.Add(host);
        return host;
    }

    private RpcClient Call(int port, bool waits = true, RpcConnectOptions? options = null)
    {
        var client = new RpcClient("127.0.0.1", port, (options ?? new RpcConnectOptions()) with { WaitForServer = waits });
        _open.Add(client);
        return client;
    }

    private async IAsyncEnumerable<Sum> OneAsync(Pair pair, RpcContext context)
    {
        Interlocked.Increment(ref _ran);
        yield return new Sum(pair.A);
        await _gate.Task;
    }
}
