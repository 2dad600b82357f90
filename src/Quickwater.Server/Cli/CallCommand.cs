using System.CommandLine;
using System.Text;
using System.Text.Json;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rpc;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater call</c>.</summary>
internal static class CallCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var address = RpcAddress.Create("The server.", ArgumentArity.ExactlyOne);
        var method = new Argument<string>("METHOD") { Description = "The method." };
        var json = new Argument<string>("JSON") { Description = "Its parameters: one JSON value, or - to read it from standard input.", DefaultValueFactory = _ => "null" };
        var timeout = NumberOption.Create("--timeout", "Seconds for the whole call.", 30, 1, 86_400);
        var token = RpcToken.Create();
        var tls = new TlsOptions();
        var command = new Command("call", "Call a method of an RPC server: its result, or each item of its stream, is a line of standard output.")
        {
            address, method, json, timeout, token,
        };
        tls.AddTo(command);
        command.SetAction(async (parse, _) =>
        {
            var text = parse.GetRequiredValue(json);
            text = text == "-" ? await environment.In.ReadToEndAsync(CancellationToken.None) : text;
            return await RunAsync(
                parse.GetValue(address) ?? "", parse.GetRequiredValue(method), text, TimeSpan.FromSeconds(parse.GetValue(timeout)),
                new RpcConnectOptions { Tls = tls.Of(parse), Session = new RpcClientOptions { Token = RpcToken.Read(parse, token, environment) } }, environment);
        });
        examples[command] =
        [
            "quickwater call 127.0.0.1:7001 ping",
            "quickwater call 127.0.0.1:7001 echo '{\"text\":\"hello\"}'",
            "quickwater call 127.0.0.1:7001 sleep '{\"ms\":500}' --timeout 2",
            "quickwater call 127.0.0.1:7001 echo - < parameters.json",
            "QUICKWATER_TOKEN=... quickwater call 127.0.0.1:7001 ping",
            "quickwater call rpc.example.com:7002 ping --tls",
        ];
        return command;
    }

    private static async Task<int> RunAsync(
        string address, string method, string json, TimeSpan timeout, RpcConnectOptions options, CommandEnvironment environment)
    {
        if (!RpcAddress.TryParse(address, out var host, out var port) || Encoding.UTF8.GetByteCount(method) is 0 or > 255)
        {
            await environment.Error.WriteLineAsync("quickwater: a method's name has 1 to 255 bytes");
            return ExitCode.Usage;
        }

        try
        {
            using var parsed = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            await environment.Error.WriteLineAsync($"quickwater: the parameters are not JSON: {e.Message}");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        try
        {
            await using var client = new RpcClient(host, port, options);
            return await CallAsync(client, method, Encoding.UTF8.GetBytes(json), new RpcCallOptions { Timeout = timeout }, environment, signals.Drain) is { } error
                ? await FailAsync(error, environment)
                : ExitCode.Ok;
        }
        catch (ArgumentException e)
        {
            await environment.Error.WriteLineAsync($"quickwater: {TlsOptions.Problem(e)}");
            return ExitCode.Failed;
        }
    }

    // Only the server knows which methods give streams: it refuses the other kind of call before it runs.
    private static async Task<RpcError?> CallAsync(
        RpcClient client, string method, byte[] payload, RpcCallOptions options, CommandEnvironment environment, CancellationToken cancel)
    {
        var result = await client.CallAsync(method, payload, RpcEncoding.Json, options, cancel);
        if (result.Error is null)
        {
            await WriteAsync(result.Value, environment);
            return null;
        }

        if (result.Error.Code != RpcErrorCode.Unsupported)
        {
            return result.Error;
        }

        try
        {
            await foreach (var item in client.StreamAsync(method, payload, RpcEncoding.Json, options, cancel))
            {
                await WriteAsync(item, environment);
            }

            return null;
        }
        catch (RpcException e)
        {
            return e.Error;
        }
    }

    /// <summary>JSON of a server's as one line that does nothing to a terminal, and means the same.</summary>
    internal static string Line(ReadOnlySpan<byte> json) =>
        PeerText.Printable(Encoding.UTF8.GetString(json).Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' '));

    private static async Task WriteAsync(ReadOnlyMemory<byte> json, CommandEnvironment environment)
    {
        await environment.Out.WriteLineAsync(Line(json.Span));
        await environment.Out.FlushAsync();
    }

    private static async Task<int> FailAsync(RpcError error, CommandEnvironment environment)
    {
        await environment.Error.WriteLineAsync($"quickwater: {error} {(error.MayHaveRun ? "It may have run." : "It has not run.")}");
        return ExitCode.Failed;
    }
}
