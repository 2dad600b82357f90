using System.Net;
using System.Text.Json.Serialization;
using Quickwater.Hosting;
using Quickwater.Rpc;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary><c>quickwater call</c> and <c>quickwater bench rpc</c> as a user types them.</summary>
public sealed partial class RpcCommandTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("\"pong\"\n", "ping")]
    [InlineData("{\"a\": [1, 2]}\n", "echo", "{\"a\": [1, 2]}")]
    [InlineData("\"from standard input\"\n", "echo", "-")]
    [InlineData("{\"slept\":1}\n", "sleep", "{\"ms\":1}", "--timeout", "60")]
    [Requirement("RPC-14/command")]
    public async Task Call_prints_the_result(string expected, params string[] arguments)
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal((0, expected, ""), await RunAsync(["call", $"{server.Server.Rpc}", .. arguments]));
    }

    [Fact]
    public async Task Call_says_an_error_and_whether_the_method_may_have_run()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(
            (1, "", "quickwater: There is no such method. [MethodNotFound -32601] It has not run.\n"), await RunAsync("call", $"{server.Server.Rpc}", "nothing"));
        var (code, output, error) = await RunAsync("call", $"{server.Server.Rpc}", "sleep", "{\"ms\":30000}", "--timeout", "1");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("[DeadlineExceeded -32001]", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quickwater: nowhere is no server's address", "call", "nowhere", "ping")]
    [InlineData("quickwater: user@host:1 is no server's address", "call", "user@host:1", "ping")]
    [InlineData("quickwater: the parameters are not JSON", "call", "127.0.0.1:1", "echo", "{")]
    [InlineData("quickwater: a method's name has 1 to 255 bytes", "call", "127.0.0.1:1", "")]
    [InlineData("quickwater: --timeout is 0; allowed is 1 to 86400.", "call", "127.0.0.1:1", "ping", "--timeout", "0")]
    [InlineData("quickwater: the parameters are not JSON", "bench", "rpc", "--params", "{", "127.0.0.1:1")]
    [InlineData("quickwater: --pin is for TLS: give --tls with it.", "call", "127.0.0.1:1", "ping", "--pin", "AB")]
    [InlineData("quickwater: pin is AB; allowed is the SHA-256 of a certificate in 64 hexadecimal digits.", "call", "127.0.0.1:1", "ping", "--tls", "--pin", "AB")]
    [InlineData("quickwater: --rate is -1", "bench", "rpc", "--rate", "-1")]
    public async Task Wrong_usage_ends_with_2_and_calls_nobody(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_prints_each_item_of_a_stream_on_its_line()
    {
        var methods = new RpcMethods().MapStream("count", CommandJson.Default.Int32, CommandJson.Default.Int32, Count);
        Assert.True(RpcHost.TryStart(methods, new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, out var host, out var why), why.ToString());
        await using (host)
        {
            Assert.Equal((0, "0\n1\n2\n", ""), await RunAsync("call", $"{host.Local}", "count", "3"));
        }
    }

    [Theory]
    [InlineData("--rate", "0")]
    [InlineData("--rate", "500")]
    [InlineData("--rate", "500", "--binary")]
    [Requirement("RPC-14")]
    public async Task Bench_calls_in_a_closed_loop_and_at_a_rate(params string[] arguments)
    {
        await using var server = await RunningServer.StartAsync();

        var (code, output, error) = await RunAsync(["bench", "rpc", "--duration", "1", "--connections", "2", "--in-flight", "4", $"{server.Server.Rpc}", .. arguments]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("2 connections, 4 calls at once on each", output, StringComparison.Ordinal);
        Assert.Contains("p99.9", output, StringComparison.Ordinal);
        Assert.Contains("from the instant it was sent", output, StringComparison.Ordinal);
        Assert.Equal(arguments[1] != "0", output.Contains("from the instant it was due", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_waits_for_a_place_counts_from_the_instant_it_was_due()
    {
        await using var server = await RunningServer.StartAsync();
        await using var run = new RpcLoadRun(
            new RpcLoadOptions
            {
                Connections = 1,
                InFlight = 1,
                Rate = 100, // ten times what one call of 100 ms at a time can do
                Warm = TimeSpan.Zero,
                Duration = TimeSpan.FromSeconds(1),
                Patience = TimeSpan.FromSeconds(1),
                Method = "sleep",
                Payload = "{\"ms\":100}"u8.ToArray(),
                Encoding = RpcEncoding.Json,
            },
            "127.0.0.1", server.Server.Rpc?.Port ?? 0, null, null);

        var report = await run.RunAsync(CancellationToken.None);

        Assert.True(report.Unsent > 0);
        Assert.True(report.Window.SinceDue.Most > TimeSpan.FromMilliseconds(500), $"{report.Window.SinceDue.Most}");
        var text = new StringWriter();
        report.Write(text);
        Assert.Contains("calls that were due: the server did not keep up", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bench_of_a_method_that_fails_says_why_and_fails()
    {
        await using var server = await RunningServer.StartAsync();

        var (code, output, error) = await RunAsync("bench", "rpc", "--method", "nothing", $"{server.Server.Rpc}");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("the load failed: There is no such method.", error, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RPC-14")]
    public async Task Call_and_bench_give_a_token_and_the_log_has_every_attempt_but_no_token()
    {
        await using var server = await RunningServer.StartAsync($"rpc.tokens=alice={Token}");
        var address = $"{server.Server.Rpc}";

        Assert.Equal((0, "\"pong\"\n", ""), await RunAsync("call", address, "ping", "--token", Token));
        Assert.Equal((0, "\"pong\"\n", ""), await RunAsync([new(RpcToken.Variable, Token)], "call", address, "ping"));
        Assert.Equal(
            (1, "", "quickwater: The token is not accepted. [Unauthenticated -32007] It has not run.\n"),
            await RunAsync([new(RpcToken.Variable, Token)], "call", address, "ping", "--token", "another"));
        foreach (var variables in new KeyValuePair<string, string>[][] { [], [new(RpcToken.Variable, "")] })
        {
            Assert.Equal(
                (1, "", "quickwater: Authenticate first, with rpc.authenticate. [Unauthenticated -32007] It has not run.\n"),
                await RunAsync(variables, "call", address, "ping"));
        }

        var (code, _, error) = await RunAsync("bench", "rpc", "--duration", "1", "--connections", "2", "--in-flight", "4", "--token", Token, address);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("accepted as alice", server.Lines, StringComparison.Ordinal);
        Assert.Contains("from 127.0.0.1:", server.Lines.Split('\n').First(line => line.Contains("refused: access control refused it [access_denied]", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, server.Lines, StringComparison.Ordinal);
        Assert.DoesNotContain("another", server.Lines, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RPC-14")]
    public async Task An_address_that_fails_too_often_is_refused_by_name_with_a_right_token_too()
    {
        await using var server = await RunningServer.StartAsync($"rpc.tokens=alice={Token}", "rpc.authentication.failuresPerMinuteMax=1");
        var address = $"{server.Server.Rpc}";

        Assert.Contains("[Unauthenticated -32007]", (await RunAsync("call", address, "ping", "--token", "another")).Error, StringComparison.Ordinal);
        Assert.Equal(
            (1, "", "quickwater: Too many failed attempts came from your address: try again later. [TooManyAttempts -32008] It has not run.\n"),
            await RunAsync("call", address, "ping", "--token", Token));
        Assert.Contains("[too_many_attempts]", server.Lines, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<int> Count(int to, RpcContext context)
    {
        for (var i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(KeyValuePair<string, string>[] variables, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var environment = new CommandEnvironment(output, error, ErrorIsTerminal: false, variables) { In = new StringReader("\"from standard input\"") };
        var code = await QuickwaterCommand.RunAsync(arguments, environment);
        return (code, output.ToString(), error.ToString());
    }

    [JsonSerializable(typeof(int))]
    private sealed partial class CommandJson : JsonSerializerContext;
}
