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

    private static readonly IPEndPoint Own = IPEndPoint.Parse("127.0.7.4:0"); // nobody else takes its port while its server is away

    private readonly RpcPeers _peers = new();
    private int _streams;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _peers.DisposeAsync().AsTask();

    [Fact]
    [Requirement("RPC-8")]
    public async Task A_call_longer_than_the_grace_fails_with_an_error_of_its_own_and_is_not_made_again()
    {
        var host = Serve(Own);
        var client = Call(host.Local);
        var call = Hold(client, idempotent: false);
        await _peers.BegunAsync(1);

        Assert.False(await host.StopAsync(ShortGrace));
        Serve(host.Local);

        var result = await call;
        Assert.Equal((RpcErrorCode.Interrupted, true), (result.Error?.Code, result.Error?.MayHaveRun));
        Assert.Null((await client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json)).Error); // and others find the next server
        Assert.Equal(1, _peers.Begun);
    }

    [Fact]
    public async Task A_call_that_is_declared_idempotent_is_made_again()
    {
        var host = Serve(Own);
        var call = Hold(Call(host.Local), idempotent: true);
        await _peers.BegunAsync(1);

        Assert.False(await host.StopAsync(ShortGrace));
        Serve(host.Local);
        await _peers.BegunAsync(2);

        _peers.Open();
        Assert.Equal(3, (await call).Value?.Value);
    }

    [Fact]
    public async Task An_idempotent_call_that_finds_no_other_server_may_have_run()
    {
        var host = Serve(Own);
        var call = Hold(Call(host.Local, waits: false), idempotent: true);
        await _peers.BegunAsync(1);

        Assert.False(await host.StopAsync(ShortGrace));

        var result = await call;
        Assert.Equal((RpcErrorCode.ConnectionLost, true), (result.Error?.Code, result.Error?.MayHaveRun));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_gave_an_item_is_never_made_again(bool idempotent)
    {
        var host = Serve(Own);
        var client = Call(host.Local);
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
        Serve(host.Local);

        Assert.Equal(RpcErrorCode.Interrupted, (await reading).Error.Code);
        Assert.Equal([1], given);
        Assert.Equal(1, Volatile.Read(ref _streams));
    }

    [Fact]
    public async Task One_call_that_is_too_long_fails_alone_and_with_both_numbers()
    {
        var client = Call(Serve(Own, new RpcLimits { BodyBytesMax = 10_000 }).Local);
        var held = Hold(client, idempotent: false);
        var large = await client.CallAsync("echo", new byte[20_000], RpcEncoding.Binary);
        Assert.Equal(new RpcError(RpcErrorCode.RequestTooLarge, "The body of the call has 20011 bytes; the server takes 10000."), large.Error);
        _peers.Open();
        Assert.Equal(3, (await held).Value?.Value);
    }

    [Fact]
    public async Task Ten_calls_are_answered_though_one_in_the_base_form_is_too_long()
    {
        var options = new RpcConnectOptions { Session = new RpcClientOptions { Extensions = false } };
        var client = Call(Serve(Own, new RpcLimits { BodyBytesMax = 10_000 }).Local, options: options);
        var calls = Enumerable.Range(0, 10).Select(_ => Hold(client, idempotent: false)).ToArray();
        await _peers.BegunAsync(10);
        var large = client.CallAsync("echo", System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', 300_000)}\""), RpcEncoding.Json);
        Assert.Equal((RpcErrorCode.RequestTooLarge, false), ((await large).Error?.Code, (await large).Error?.MayHaveRun));
        Assert.All(calls, static call => Assert.False(call.IsCompleted));
        _peers.Open();
        Assert.All(await Task.WhenAll(calls), static answer => Assert.Equal(3, answer.Value?.Value));
    }

    [Fact]
    public async Task A_server_of_another_protocol_is_named_at_once_and_not_tried_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var soon = new RpcConnectOptions { Reconnect = new BackoffOptions { First = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(10) } };
        var client = Call((IPEndPoint)listener.LocalEndpoint, options: soon);
        var call = client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json);
        using var peer = await listener.AcceptTcpClientAsync();
        await peer.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        Assert.Equal(
            new RpcError(RpcErrorCode.MalformedAnswer, "What answers there is no RPC server: it speaks HTTP (\"HTTP/1.1 400 Bad Request\").") { MayHaveRun = false },
            (await call).Error);
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)); // many times what it would wait
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await listener.AcceptTcpClientAsync(enough.Token));
    }

    private static Task<RpcResult<Sum>> Hold(RpcClient client, bool idempotent) =>
        RpcPeers.AskAsync(client, "hold", new RpcCallOptions { Idempotent = idempotent, Timeout = Patience });

    private RpcHost Serve(IPEndPoint at, RpcLimits? limits = null) =>
        _peers.Serve(_peers.Methods.MapStream("one", TestJson.Default.Pair, TestJson.Default.Sum, OneAsync), limits, at);

    private RpcClient Call(IPEndPoint server, bool waits = true, RpcConnectOptions? options = null) =>
        _peers.Call(server, (options ?? new RpcConnectOptions()) with { WaitForServer = waits });

    private async IAsyncEnumerable<Sum> OneAsync(Pair pair, RpcContext context)
    {
        Interlocked.Increment(ref _streams);
        yield return new Sum(pair.A);
        await _peers.Gate;
    }
}
