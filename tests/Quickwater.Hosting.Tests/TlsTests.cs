using System.Net;
using System.Text.Json.Serialization;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rpc;
using Quickwater.Testing;

namespace Quickwater.Hosting.Tests;

/// <summary>Client and server of RPC over TLS, as an application has them.</summary>
[Requirement("RPC-14")]
public sealed partial class TlsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    [Requirement("RPC-14/tls")]
    public async Task A_method_sees_whose_certificate_its_caller_has()
    {
        using var papers = new Papers();
        papers.Issue("localhost");
        string own = Path.Combine(papers.Folder, "own.pem"), key = Path.Combine(papers.Folder, "own.key");
        var fingerprint = papers.Issue("worker-7", null, own, key);
        var methods = new RpcMethods().MapMethod("who", TlsJson.Default.String, TlsJson.Default.String, static (_, context) =>
            ValueTask.FromResult<RpcResult<string>>($"{context.Tls?.Certificate?.Subject} {context.Tls?.Certificate?.Fingerprint} {context.Tls?.Protocol[..5]}"));
        var tls = new TlsServerOptions { Certificate = papers.Certificate, Key = papers.Key, ClientCa = papers.Ca };
        await using var host = Start(methods, tls);
        await using var client = Connect(host, new TlsClientOptions { Ca = papers.Ca, Certificate = own, Key = key });

        var said = await client.CallAsync("who", "", TlsJson.Default.String, TlsJson.Default.String);

        Assert.Equal($"CN=worker-7 {fingerprint} Tls13", said.Value);
        // A client of TLS 1.3 is through before its server has looked: without reconnecting, the call is lost, sent or not.
        await using var nobody = new RpcClient("localhost", host.Local.Port, new RpcConnectOptions { Tls = new TlsClientOptions { Ca = papers.Ca }, Reconnect = null });
        Assert.Equal(RpcErrorCode.ConnectionLost, (await CallAsync(nobody)).Error?.Code);
    }

    [Fact]
    public async Task A_drain_over_TLS_answers_every_call_that_was_read()
    {
        const int calls = 1000;
        await using var host = Start(new RpcMethods(), new TlsServerOptions { SelfSigned = true });
        await using var client = Connect(host, new TlsClientOptions { Pin = host.Fingerprint ?? "" });
        var answers = Enumerable.Range(0, calls).Select(_ => client.CallAsync("sleep", "{\"ms\":500}"u8.ToArray(), RpcEncoding.Json)).ToArray();
        await Until.HoldsAsync(() => host.Server.Stats.InFlight == calls || answers.Any(static one => one.IsCompleted), Patience, "all are under way");

        Assert.True(await host.StopAsync(Patience));

        Assert.All(await Task.WhenAll(answers), static answer => Assert.Null(answer.Error));
    }

    [Fact]
    public async Task A_long_answer_arrives_whole_over_TLS_when_its_server_closes_at_once()
    {
        await using var host = Start(new RpcMethods(), new TlsServerOptions { SelfSigned = true });
        await using var client = Connect(host, new TlsClientOptions { Pin = host.Fingerprint ?? "" });
        var long_ = new byte[900_000];
        new Rng(1).Fill(long_);
        var answers = Enumerable.Range(0, 8).Select(_ => client.CallAsync("echo", long_, RpcEncoding.Binary)).ToArray();
        var stopping = host.StopAsync(Patience);

        foreach (var answer in await Task.WhenAll(answers))
        {
            Assert.True(answer.Error is { MayHaveRun: false } || answer.Value.Span.SequenceEqual(long_), answer.Error?.ToString());
        }

        Assert.True(await stopping);
    }

    [Fact]
    public async Task A_client_that_does_not_speak_TLS_is_not_answered_and_files_that_cannot_be_used_are_told()
    {
        await using var host = Start(new RpcMethods(), new TlsServerOptions { SelfSigned = true });
        await using var plain = new RpcClient("127.0.0.1", host.Local.Port, new RpcConnectOptions { Reconnect = null });
        Assert.NotNull((await CallAsync(plain)).Error);

        var told = Assert.Throws<ArgumentException>(() => RpcHost.TryStart(
            new RpcMethods(), new RpcHostOptions { Tls = new TlsServerOptions { Certificate = "/nowhere", Key = "/nowhere" } }, out _, out _));
        Assert.StartsWith("TLS: certificate /nowhere with key /nowhere: ", told.Message, StringComparison.Ordinal);
        told = Assert.Throws<ArgumentException>(() => new RpcClient("127.0.0.1", 1, new RpcConnectOptions { Tls = new TlsClientOptions { Pin = "x" } }));
        Assert.StartsWith("TLS: pin is x; allowed is ", told.Message, StringComparison.Ordinal);
    }

    private static RpcHost Start(RpcMethods methods, TlsServerOptions tls)
    {
        Assert.True(RpcHost.TryStart(methods, new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Tls = tls }, out var host, out var why), why.Text());
        return host;
    }

    private static RpcClient Connect(RpcHost host, TlsClientOptions tls) => new("localhost", host.Local.Port, new RpcConnectOptions { Tls = tls });

    private static Task<RpcResult<ReadOnlyMemory<byte>>> CallAsync(RpcClient client) =>
        client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json, new RpcCallOptions { Timeout = TimeSpan.FromSeconds(5) });

    [JsonSerializable(typeof(string))]
    private sealed partial class TlsJson : JsonSerializerContext;
}
