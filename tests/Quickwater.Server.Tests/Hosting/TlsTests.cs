using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>RPC over TLS as the configuration switches it on and the command line calls it.</summary>
[Requirement("RPC-14")]
public sealed class TlsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_certificate_made_at_the_start_can_be_called_by_its_pin_only()
    {
        await using var server = await RunningServer.StartAsync("rpc.tls.enabled=true", "rpc.tls.selfSigned=true");
        var (address, pin) = ($"{server.Server.RpcTls}", server.Server.RpcPin ?? "");

        Assert.Equal((0, "\"pong\"\n", ""), await RunAsync("call", address, "ping", "--tls", "--pin", pin));
        Assert.Contains($"RPC.TLS shows the certificate with the SHA-256 fingerprint {pin}, valid until ", server.Lines, StringComparison.Ordinal);
        Assert.Equal(
            (1, "", "quickwater: There is no connection: the peer's certificate is not the one that was expected. [ConnectionLost -32050] It has not run.\n"),
            await RunAsync("call", address, "ping", "--tls", "--pin", new string('0', 64)));
        var (code, _, error) = await RunAsync("call", address, "ping", "--tls");
        Assert.Equal(1, code);
        Assert.Contains("comes from nobody who is trusted here", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bench_calls_over_TLS()
    {
        await using var server = await RunningServer.StartAsync("rpc.tls.enabled=true", "rpc.tls.selfSigned=true");

        var (code, output, error) = await RunAsync(
            "bench", "rpc", "--tls", "--pin", server.Server.RpcPin ?? "", "--duration", "1", "--connections", "2", "--in-flight", "4", $"{server.Server.RpcTls}");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("2 connections, 4 calls at once on each", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_told_in_the_log()
    {
        using var papers = new Papers();
        papers.Issue("localhost");
        await using var server = await RunningServer.StartAsync(
            "rpc.tls.enabled=true", $"rpc.tls.certificate={papers.Certificate}", $"rpc.tls.key={papers.Key}");
        var at = $"localhost:{server.Server.RpcTls?.Port}";
        Assert.Equal((0, "\"pong\"\n", ""), await RunAsync("call", at, "ping", "--tls", "--ca", papers.Ca));

        await File.WriteAllTextAsync(papers.Certificate, "broken");
        await Until.HoldsAsync(
            async () =>
            {
                Assert.Equal((0, "\"pong\"\n", ""), await RunAsync("call", at, "ping", "--tls", "--ca", papers.Ca));
                return server.Lines;
            },
            static lines => lines.Contains("RPC.TLS keeps its certificate, since the files that changed cannot be used", StringComparison.Ordinal),
            Patience, "the log says that the new file is broken");

        var renewed = papers.Issue("localhost");
        await Until.HoldsAsync(
            () => RunAsync("call", at, "ping", "--tls", "--ca", papers.Ca, "--pin", renewed), static call => call.Code == 0, Patience, "the new certificate is shown");
    }

    [Fact]
    public async Task Who_needs_a_certificate_to_call_gives_it_on_the_command_line()
    {
        using var papers = new Papers();
        papers.Issue("localhost");
        string own = Path.Combine(papers.Folder, "own.pem"), key = Path.Combine(papers.Folder, "own.key");
        papers.Issue("worker-7", null, own, key);
        await using var server = await RunningServer.StartAsync(
            "rpc.tls.enabled=true", $"rpc.tls.certificate={papers.Certificate}", $"rpc.tls.key={papers.Key}", $"rpc.tls.clientCa={papers.Ca}");
        var at = $"localhost:{server.Server.RpcTls?.Port}";

        Assert.Equal((0, "\"pong\"\n", ""), await RunAsync("call", at, "ping", "--tls", "--ca", papers.Ca, "--certificate", own, "--key", key));
        Assert.Equal(1, (await RunAsync("call", at, "ping", "--tls", "--ca", papers.Ca, "--timeout", "5")).Code);
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_stops_the_start_with_its_name()
    {
        using var papers = new Papers();
        papers.Issue("localhost");
        await File.WriteAllTextAsync(papers.Key, "no key");
        var error = new StringWriter();
        var environment = new CommandEnvironment(new StringWriter(), error, ErrorIsTerminal: false, []);
        string[] sets =
        [
            "rtmp.enabled=false", "http.enabled=false", "admin.enabled=false", "rpc.listen=127.0.0.1:0", "rpc.tls.enabled=true",
            $"rpc.tls.certificate={papers.Certificate}", $"rpc.tls.key={papers.Key}", $"data.directory={papers.Folder}",
        ];

        var code = await QuickwaterCommand.RunAsync(["serve", .. sets.SelectMany(static one => (string[])["--set", one])], environment);

        Assert.Equal(1, code);
        Assert.Contains($"certificate {papers.Certificate} with key {papers.Key}: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"[{Reason.InvalidConfiguration.Tag()}]", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await QuickwaterCommand.RunAsync(arguments, new CommandEnvironment(output, error, ErrorIsTerminal: false, []));
        return (code, output.ToString(), error.ToString());
    }
}
