using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting.Tests;

/// <summary>Who calls, as an application has it: its own check as a task, and clients with tokens, over real sockets.</summary>
public sealed class RpcAuthenticationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<(string? Name, Reason Refusal)> _attempts = new();
    private readonly ConcurrentQueue<string> _faults = new();

    [Fact]
    [Requirement("RPC-14")]
    public async Task An_application_checks_tokens_by_a_task_and_its_methods_see_who_calls()
    {
        await using var host = Start(new RpcTaskAuthenticator(async (token, connection) =>
        {
            await Task.Yield();
            return connection.IsLoopback && token.StartsWith("right ", StringComparison.Ordinal) ? token[6..] : null;
        }));
        await using var alice = Client(host, "right alice");
        await using var bob = Client(host, "right bob");
        await using var mallory = Client(host, "wrong");
        await using var nobody = Client(host, null);
        var names = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => WhoAsync(i % 2 == 0 ? alice : bob)));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? "alice" : "bob"), names);
        Assert.All([await CallAsync(mallory), await CallAsync(nobody)], error => Assert.Equal((RpcErrorCode.Unauthenticated, false), (error?.Code, error?.MayHaveRun)));
        Assert.Equal([null, "alice", "bob"], _attempts.Select(attempt => attempt.Name).Distinct().Order(StringComparer.Ordinal));
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var item in mallory.StreamAsync("who", "\"?\""u8.ToArray(), RpcEncoding.Json))
            {
                Assert.Fail($"an item came: {item.Length}");
            }
        });
        Assert.Equal(RpcErrorCode.Unauthenticated, refused.Error.Code);
    }

    [Fact]
    [Requirement("RPC-14")]
    public async Task A_wrong_token_fails_calls_at_once_and_is_tried_again_for_a_later_call_only()
    {
        var token = "old";
        await using var host = Start(new RpcTaskAuthenticator((given, _) => ValueTask.FromResult(given == Volatile.Read(ref token) ? "alice" : null)));
        await using var once = Client(host, "new", reconnect: null);
        await using var patient = Client(host, "new", reconnect: new BackoffOptions { First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(RpcErrorCode.Unauthenticated, (await CallAsync(once))?.Code);
        }

        Assert.Single(_attempts); // without reconnects it is final
        Assert.Equal(RpcErrorCode.Unauthenticated, (await CallAsync(patient))?.Code);
        Volatile.Write(ref token, "new");
        var deadline = Stopwatch.StartNew();
        while (await CallAsync(patient) is { } error)
        {
            Assert.Equal((RpcErrorCode.Unauthenticated, true), (error.Code, deadline.Elapsed < Patience));
            await Task.Yield();
        }

        Assert.InRange(_attempts.Count, 3, 10); // however many calls failed meanwhile
        Assert.Equal(RpcErrorCode.Unauthenticated, (await CallAsync(once))?.Code);
    }

    [Fact]
    public async Task A_check_that_throws_or_finds_no_place_refuses_and_the_application_is_told()
    {
        var gate = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = Start(new RpcTaskAuthenticator(
            async (token, _) => token == "slow" ? await gate.Task : throw new InvalidOperationException("the database is gone"), checksMax: 1));
        await using var broken = Client(host, "broken");
        Assert.Equal(RpcErrorCode.InternalError, (await CallAsync(broken))?.Code);
        Assert.Equal(["rpc.authenticate: the database is gone"], _faults);

        await using var slow = Client(host, "slow");
        await using var second = Client(host, "slow");
        var (one, other) = (CallAsync(slow), CallAsync(second));
        var turnedAway = await Task.WhenAny(one, other); // whichever came second
        Assert.Equal(RpcErrorCode.DeadlineExceeded, (await turnedAway)?.Code);
        gate.SetResult("slow one");
        Assert.Null(await (turnedAway == one ? other : one));
    }

    [Fact]
    [Requirement("RPC-14/trace")]
    public async Task The_trace_of_the_callers_activity_reaches_the_method_beside_its_name()
    {
        await using var host = Start(new RpcTokens(["alice=0123456789abcdef"]));
        await using var client = Client(host, "0123456789abcdef");
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        Assert.Equal($"alice {activity.TraceId}", await WhoAsync(client, "traced"));
    }

    private static RpcClient Client(RpcHost host, string? token, BackoffOptions? reconnect) => new("127.0.0.1", host.Local.Port, new RpcConnectOptions
    {
        Reconnect = reconnect,
        Session = new RpcClientOptions { Token = token },
    });

    private static RpcClient Client(RpcHost host, string? token) => Client(host, token, new RpcConnectOptions().Reconnect);

    private static async Task<string> WhoAsync(RpcClient client, string method = "who")
    {
        var result = await client.CallAsync(method, "\"?\""u8.ToArray(), RpcEncoding.Json);
        Assert.Null(result.Error);
        return Encoding.UTF8.GetString(result.Value.Span).Trim('"');
    }

    private static async Task<RpcError?> CallAsync(RpcClient client) => (await client.CallAsync("who", "\"?\""u8.ToArray(), RpcEncoding.Json)).Error;

    private RpcHost Start(IRpcAuthenticator authenticator)
    {
        var methods = new RpcMethods()
            .MapMethod("who", CallerJson.Default.String, CallerJson.Default.String, (_, context) => Said(context.Caller ?? "nobody"))
            .MapMethod("traced", CallerJson.Default.String, CallerJson.Default.String, (_, context) => Said($"{context.Caller} {context.Trace.TraceId:x32}"));
        var options = new RpcHostOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Authenticator = authenticator,
            Attempted = (_, name, refusal) => _attempts.Enqueue((name, refusal)),
            Faulted = (method, fault) => _faults.Enqueue($"{method}: {fault.Message}"),
        };
        Assert.True(RpcHost.TryStart(methods, options, out var host, out var why), why.ToString());
        return host;

        static ValueTask<RpcResult<string>> Said(string words) => ValueTask.FromResult<RpcResult<string>>(words);
    }
}

[JsonSerializable(typeof(string))]
internal sealed partial class CallerJson : JsonSerializerContext;
