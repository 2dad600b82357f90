using System.Net.Sockets;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary><c>quickwater serve</c> as callers in other languages meet it: by bytes, over real sockets, with real signals.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class RpcTests(ITestOutputHelper output)
{
    // Speaks over the socket s.
    private const string PythonCaller = """
        import json, socket, struct, sys
        def send(id, method, params):
            body = json.dumps({"method": method, "params": params}).encode()
            s.sendall(struct.pack(">III", 0xC0DEBABE, id, len(body)) + body)
        def take(n):
            data = b""
            while len(data) < n:
                piece = s.recv(n - len(data))
                assert piece, "closed"
                data += piece
            return data

        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ToolFact("python3")]
    [Requirement("RPC-2", "RPC-3")]
    public async Task Twenty_lines_of_Python_call_the_server()
    {
        await using var server = await ServerProcess.StartAsync(output);
        const string script = """
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            send(1, "sleep", {"ms": 300}); send(2, "echo", {"x": "\u00e9"}); send(3, "ping", None); send(4, "nothing", None)
            s.shutdown(socket.SHUT_WR)
            for _ in range(4):
                magic, id, length = struct.unpack(">III", take(12))
                assert magic == 0xC0DEBABE
                print(id, json.dumps(json.loads(take(length)), sort_keys=True))
            assert s.recv(1) == b"", "the end"
            """;
        await using var python = Child.Start("python3", "-c", PythonCaller + script, $"{server.Rpc.Port}");
        Assert.Equal(0, await python.ExitAsync(Patience));
        Assert.Equal(
            [
                """2 {"result": {"x": "\u00e9"}}""", """3 {"result": "pong"}""", """4 {"error": {"code": -32601, "message": "There is no such method."}}""",
                """1 {"result": {"slept": 300}}""",
            ],
            python.Output.All);
    }

    [ToolFact("python3")]
    [Requirement("RPC-14")]
    public async Task Twenty_lines_of_Python_authenticate_and_call_in_one_go()
    {
        const string token = "0123456789abcdef";
        await using var server = await ServerProcess.StartAsync(output, "--set", $"rpc.tokens=alice={token}");
        const string script = """
            import json, socket, struct, sys
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            def send(id, method, params):
                body = json.dumps({"method": method, "params": params}).encode()
                s.sendall(struct.pack(">III", 0xC0DEBABE, id, len(body)) + body)
            def take(n):
                data = b""
                while len(data) < n:
                    piece = s.recv(n - len(data))
                    assert piece, "closed"
                    data += piece
                return data
            send(1, "ping", None); send(2, "rpc.authenticate", {"token": sys.argv[2]}); send(3, "ping", None)
            for _ in range(3):
                magic, id, length = struct.unpack(">III", take(12))
                print(id, json.dumps(json.loads(take(length))))
            """;
        await using var python = Child.Start("python3", "-c", script, $"{server.Rpc.Port}", token);
        Assert.Equal(0, await python.ExitAsync(Patience));
        Assert.Equal(
            [
                """1 {"error": {"code": -32007, "message": "Authenticate first, with rpc.authenticate."}}""", """2 {"result": {"name": "alice"}}""",
                """3 {"result": "pong"}""",
            ],
            python.Output.All);
        await Until.HoldsAsync(() => server.Log.Text.Contains("accepted as alice", StringComparison.Ordinal), Patience, "the attempt is logged");
        Assert.DoesNotContain(token, server.Log.Text, StringComparison.Ordinal);
    }

    [ToolFact("python3")]
    [Requirement("RPC-14")]
    public async Task Python_calls_the_server_over_TLS_and_takes_an_orderly_leave()
    {
        await using var server = await ServerProcess.StartAsync(
            output, "--set", "rpc.tls.enabled=true", "--set", "rpc.tls.selfSigned=true", "--set", "rpc.tls.listen=127.0.0.1:0");
        const string script = """
            import hashlib, ssl
            port = int(sys.argv[1])
            pem = ssl.get_server_certificate(("127.0.0.1", port))
            print(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper())
            context = ssl.create_default_context(cadata=pem)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context.minimum_version = context.maximum_version = version
                s = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
                send(1, "sleep", {"ms": 200}); send(2, "echo", "x" * 100000)
                for _ in range(2):
                    magic, id, length = struct.unpack(">III", take(12))
                    assert magic == 0xC0DEBABE
                    print(s.version(), id, len(json.loads(take(length))["result"]))
                s.unwrap().close()
            """;
        var at = await server.ListenerAsync("rpc.tls");
        await using var python = Child.Start("python3", "-c", PythonCaller + script, $"{at.Port}");
        Assert.Equal(0, await python.ExitAsync(Patience));
        var pin = (await server.Log.FirstAsync(" fingerprint ", Patience)).Split(" fingerprint ")[1].Split(',')[0];
        Assert.Equal([pin, "TLSv1.2 2 100000", "TLSv1.2 1 1", "TLSv1.3 2 100000", "TLSv1.3 1 1"], python.Output.All);
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_connections_closed_total", "reason=\"peer_closed\"") >= 2, "both left in the orderly way");
        Assert.Equal(0, await server.StopAsync());
    }

    [ToolFact("sh")]
    [Requirement("RPC-8", "RPC-16")]
    public async Task Sigint_answers_ten_thousand_pending_calls_with_unread_input_behind_them()
    {
        const int pending = 10_000;
        await using var server = await ServerProcess.StartAsync(
            output, "--set", $"rpc.inFlightPerConnectionMax={pending}", "--set", "rpc.sleepMax=1h", "--set", "rpc.requestTimeout=1h", "--set", "shutdown.grace=5m");
        using var caller = await RawRpc.ConnectAsync(server.Rpc);
        for (var id = 0u; id < pending; id++)
        {
            caller.Write(id, """{"method":"sleep","params":{"ms":15000}}""");
        }

        await caller.FlushAsync();
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_rpc_in_flight") == pending, "all are under way");
        for (var id = 0u; id < 1000; id++)
        {
            caller.Write(pending + id, """{"method":"sleep","params":{"ms":1}}"""); // behind the bound: it stays unread, or waits
        }

        await caller.FlushAsync();
        await server.Process.SignalAsync("INT");

        var answers = await caller.ReadToEndAsync(Patience);
        Assert.Equal(0, await server.Process.ExitAsync(Patience));
        var ids = answers.Select(answer => answer.Id).ToHashSet();
        Assert.Equal(answers.Count, ids.Count);
        Assert.All(answers, answer => Assert.StartsWith("""{"result":{"slept":""", answer.Body, StringComparison.Ordinal));
        Assert.True(Enumerable.Range(0, pending).All(id => ids.Contains((uint)id)), $"{ids.Count(id => id < pending)} of {pending} are answered");
        Assert.Contains("[drained]", server.Log.Text, StringComparison.Ordinal);
    }

    [ToolFact("sh")]
    [Requirement("RPC-8")]
    public async Task A_second_signal_ends_at_once_and_still_with_0()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "shutdown.grace=10m", "--set", "rpc.sleepMax=1h");
        using var caller = await RawRpc.ConnectAsync(server.Rpc);
        caller.Write(1, """{"method":"sleep","params":{"ms":3600000}}""");
        await caller.FlushAsync();
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_rpc_in_flight") == 1, "it is under way");
        await server.Process.SignalAsync("INT");
        await Until.HoldsAsync(() => server.Log.Text.Contains("Stopping: ", StringComparison.Ordinal), Patience, "it drains");
        await server.Process.SignalAsync("INT");
        Assert.Equal(0, await server.Process.ExitAsync(Patience));
    }

    [ToolFact("sh")]
    [Requirement("RPC-4", "RPC-11")]
    public async Task Sixty_four_connections_with_256_calls_each_get_every_answer_whole()
    {
        await using var server = await ServerProcess.StartAsync(output);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async connection =>
        {
            using var caller = await RawRpc.ConnectAsync(server.Rpc);
            for (var id = 0u; id < 256; id++)
            {
                caller.Write(id, id % 3 == 0
                    ? $$$"""{"method":"sleep","params":{"ms":{{{id % 50}}}}}"""
                    : $$"""{"method":"echo","params":"{{connection}}:{{id}}:{{new string((char)('a' + (id % 26)), (int)id * 7)}}"}""");
            }

            await caller.FlushAsync();
            caller.Finish();
            var answers = await caller.ReadToEndAsync(Patience);
            Assert.Equal(Enumerable.Range(0, 256), answers.Select(answer => (int)answer.Id).Order());
            Assert.All(answers, answer => Assert.Equal(
                answer.Id % 3 == 0
                    ? $$$"""{"result":{"slept":{{{answer.Id % 50}}}}}"""
                    : $$"""{"result":"{{connection}}:{{answer.Id}}:{{new string((char)('a' + (answer.Id % 26)), (int)answer.Id * 7)}}"}""",
                answer.Body));
        }));
        await server.EmptyAsync();
    }

    [ToolFact("sh")]
    [Requirement("RPC-6", "RPC-7")]
    public async Task Hostile_bytes_end_their_own_connection_by_name_and_no_other()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var good = await RawRpc.ConnectAsync(server.Rpc);
        using var wrong = await RawRpc.ConnectAsync(server.Rpc);
        using var huge = await RawRpc.ConnectAsync(server.Rpc);
        wrong.Write(1, """{"method":"ping"}""");
        wrong.WriteRaw("garbage after a valid frame"u8);
        huge.WriteRaw([0xC0, 0xDE, 0xBA, 0xBE, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]);
        await wrong.FlushAsync();
        await huge.FlushAsync();
        Assert.Equal("""{"result":"pong"}""", Assert.Single(await wrong.ReadToEndAsync(Patience)).Body);
        Assert.Contains("\"code\":-32009", Assert.Single(await huge.ReadToEndAsync(Patience)).Body, StringComparison.Ordinal);
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_connections_closed_total", "reason=\"malformed_header\"") == 1
                && metrics.Sum("quickwater_connections_closed_total", "reason=\"message_too_large\"") == 1,
            "both ended by name");
        good.Write(1, """{"method":"ping"}""");
        await good.FlushAsync();
        good.Finish();
        Assert.Single(await good.ReadToEndAsync(Patience));
    }

    [ToolFact("sh")]
    public async Task A_peer_that_never_reads_is_not_read_any_more()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var caller = await RawRpc.ConnectAsync(server.Rpc);
        var body = $$"""{"method":"echo","params":"{{new string('x', 60_000)}}"}""";
        using var enough = new CancellationTokenSource();
        var flood = FloodAsync();
        var before = 0d;
        await Until.HoldsAsync(
            async () =>
            {
                var calls = (await server.MetricsAsync()).Sum("quickwater_rpc_calls_total");
                var standsStill = calls > 0 && calls == before;
                before = calls;
                return standsStill;
            },
            still => still, Patience, "the server stops reading");
        Assert.InRange(server.Process.ResidentBytes, 1, 500_000_000);
        await enough.CancelAsync();
        await flood;

        async Task FloodAsync()
        {
            try
            {
                for (var id = 0u; ; id++)
                {
                    caller.Write(id, body);
                    await caller.FlushAsync(enough.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
            }
        }
    }
}
