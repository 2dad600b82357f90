using System.CommandLine;
using System.Text;
using System.Text.Json;
using Quickwater.Net;
using Quickwater.Rpc;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater bench rpc</c>.</summary>
internal static class RpcBenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var address = RpcAddress.Create("The server. Without it, an own server is started on loopback and measured too.", ArgumentArity.ZeroOrOne);
        var connections = NumberOption.Create("--connections", "Connections.", 8, 1, 1000);
        var inFlight = NumberOption.Create("--in-flight", "Calls at once on each connection.", 64, 1, 10_000);
        var rate = NumberOption.Create("--rate", "Calls a second in all, at instants that are fixed beforehand; 0 makes a call when another is over.", 0, 0, 10_000_000);
        var duration = NumberOption.Create("--duration", "Seconds that are measured.", 10, 1, 86_400);
        var size = NumberOption.Create("--size", "Bytes of the parameters: a JSON string, or bytes with --binary.", 64, 2, 1_000_000);
        var method = new Option<string>("--method") { Description = "The method, usually echo.", HelpName = "NAME", DefaultValueFactory = _ => "echo" };
        var json = new Option<string?>("--params") { Description = "Its parameters as JSON, instead of --size bytes.", HelpName = "JSON" };
        var binary = new Option<bool>("--binary") { Description = "Send bytes instead of JSON." };
        var sets = new Option<string[]>("--set")
        {
            Description = "A setting of the own server; may be given more than once.", HelpName = "key=value", DefaultValueFactory = _ => [],
        };
        var token = RpcToken.Create();
        var figures = new Option<bool>("--figures") { Description = "Print one line of names and numbers instead of the report." };
        var tls = new TlsOptions();
        var rpc = new Command("rpc", "Call a method of an RPC server many times, and measure how long its answers take.")
        {
            address, connections, inFlight, rate, duration, size, method, json, binary, sets, token, figures,
        };
        tls.AddTo(rpc);
        rpc.Validators.Add(result =>
        {
            if (result.GetResult(address) is { Tokens.Count: > 0 } && result.GetResult(sets) is { Tokens.Count: > 0 })
            {
                result.AddError("--set is for the server that is started here: leave it out, or the address of the server that runs already.");
            }
        });
        rpc.SetAction((parse, _) =>
        {
            var isBinary = parse.GetValue(binary);
            var options = new RpcLoadOptions
            {
                Connections = parse.GetValue(connections),
                InFlight = parse.GetValue(inFlight),
                Rate = parse.GetValue(rate),
                Warm = TimeSpan.FromSeconds(1),
                Duration = TimeSpan.FromSeconds(parse.GetValue(duration)),
                Method = parse.GetValue(method) ?? "",
                Encoding = isBinary ? RpcEncoding.Binary : RpcEncoding.Json,
                Token = RpcToken.Read(parse, token, environment),
                Payload = parse.GetValue(json) is { } text ? Encoding.UTF8.GetBytes(text) : Filler(parse.GetValue(size), isBinary),
            };
            return RunAsync(options, parse.GetValue(address), parse.GetValue(sets) ?? [], tls.Of(parse), parse.GetValue(figures), environment);
        });
        examples[rpc] =
        [
            "quickwater bench rpc",
            "quickwater bench rpc --tls",
            "quickwater bench rpc --rate 20000 --duration 30 127.0.0.1:7001",
            "quickwater bench rpc --method sleep --params '{\"ms\":10}' --connections 1 --in-flight 1000",
        ];
        return rpc;
    }

    private static byte[] Filler(int bytes, bool isBinary)
    {
        var filler = new byte[bytes];
        filler.AsSpan().Fill((byte)'x');
        if (!isBinary)
        {
            filler[0] = filler[^1] = (byte)'"';
        }

        return filler;
    }

    private static async Task<int> RunAsync(
        RpcLoadOptions options, string? address, string[] settings, TlsClientOptions? tls, bool figures, CommandEnvironment environment)
    {
        if (Wrong(options) is { } wrong)
        {
            await environment.Error.WriteLineAsync($"quickwater: {wrong}");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        LoadServer? server = null;
        try
        {
            server = address is null ? await StartServerAsync(tls is not null, settings) : null;
            tls = server is not null && tls is not null ? tls with { Pin = server.Pin } : tls;
            var at = server?.Address ?? address ?? "";
            if (!RpcAddress.TryParse(at, out var host, out var port))
            {
                throw new IOException($"{at} is no server's address.");
            }

            await using var run = new RpcLoadRun(options, host, port, server?.Process, tls);
            var report = await run.RunAsync(signals.Drain);
            if (figures)
            {
                await environment.Out.WriteLineAsync(report.Figures);
            }
            else
            {
                report.Write(environment.Out);
            }

            return report.Errors.Count == 0 && report.Unsent == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is (IOException and not OutputException) or ArgumentException)
        {
            await environment.Error.WriteLineAsync($"quickwater: the load failed: {(e is ArgumentException tlsFault ? TlsOptions.Problem(tlsFault) : e.Message)}");
            return ExitCode.Failed;
        }
        finally
        {
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static Task<LoadServer> StartServerAsync(bool tls, string[] settings) =>
        LoadServer.StartAsync(tls ? "rpc.tls" : "rpc", tls ? ["rpc.tls.enabled=true", "rpc.tls.selfSigned=true", .. settings] : settings);

    private static string? Wrong(RpcLoadOptions options)
    {
        if (Encoding.UTF8.GetByteCount(options.Method) is 0 or > 255)
        {
            return "a method's name has 1 to 255 bytes";
        }

        try
        {
            using var parsed = options.Encoding == RpcEncoding.Json ? JsonDocument.Parse(options.Payload) : null;
            return null;
        }
        catch (JsonException e)
        {
            return $"the parameters are not JSON: {e.Message}";
        }
    }
}
