using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Quickwater.Client;
using Quickwater.Rpc;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The Dockerfile: its publish command, its environment and its command serve; and so does the image, where there is something to build it with.</summary>
public sealed class ContainerTests
{
    private const string Token = "token-of-the-tester-1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private static string Root => Directory.GetParent(Find())?.FullName ?? "";

    private static string[] Dockerfile => File.ReadAllLines(Find());

    [FullFact]
    public async Task What_the_image_would_hold_serves()
    {
        using var folder = new TemporaryFolder();
        var publish = Dockerfile.Single(line => line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal))["RUN dotnet ".Length..].Split(' ');
        var built = await RunAsync(DotNet, [.. publish[..^1], Path.Combine(folder.Path, "out")]);
        Assert.True(built.Code == 0, built.Output);

        var start = Start(DotNet, ["quickwater.dll", "serve", "--set", "rtmp.listen=127.0.0.1:0", "--set", "audio.listen=127.0.0.1:0", "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0", "--set", "rpc.listen=127.0.0.1:0"]);
        start.WorkingDirectory = Path.Combine(folder.Path, "out");
        start.Environment["QUICKWATER__DATA__DIRECTORY"] = Path.Combine(folder.Path, "data");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("It did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var port = 0;
        var log = new StringBuilder();
        while (port == 0 && await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            log.AppendLine(line);
            port = Regex.Match(line, "(?<=rpc listens on 127.0.0.1:)[0-9]+", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)) is { Success: true } found ? int.Parse(found.Value) : 0;
        }

        Assert.True(port > 0, log.ToString());
        var error = process.StandardError.ReadToEndAsync();
        await PingAsync(port);
        await RunAsync("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, await error + await output);
    }

    [ContainerFact]
    [Requirement("RPC-17")]
    public async Task The_image_builds_and_serves()
    {
        const string image = "quickwater-test";
        var engine = ContainerEngine.Here ?? throw new InvalidOperationException("./test --full installs Podman where there is no Docker daemon.");
        using var folder = new TemporaryFolder();
        var file = await HaveBasesAsync(engine) ? Find()
            : folder.Write("Dockerfile", string.Join('\n', Dockerfile.Select(line => Regex.Replace(line, "^(?<name>FROM [^@ ]+)@[^ ]+", "${name}", RegexOptions.None, Patience))));
        await DoAsync(engine.Program, [.. engine.Build, "-f", file, "-t", image, Root]);
        string[] tokens = ["-e", $"QUICKWATER__RPC__TOKENS=tester={Token}"]; // a health check must not need one
        var container = LastLine(await DoAsync(engine.Program, [.. engine.Run, "-d", "--rm", "-p", "127.0.0.1::7001", .. tokens, image]));
        try
        {
            await PingAsync(IPEndPoint.Parse(LastLine(await DoAsync(engine.Program, ["port", container, "7001/tcp"]))).Port, Token);
            await DoAsync(engine.Program, ["exec", container, .. HealthCheck]);
        }
        finally
        {
            await DoAsync(engine.Program, ["stop", "-t", "60", container]);
        }
    }

    // The images that the Dockerfile builds on: those of the registry, or stand-ins where none can be reached, which have no digest to be named by.
    private static async Task<bool> HaveBasesAsync(ContainerEngine engine)
    {
        foreach (var name in Dockerfile.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]))
        {
            if ((await RunAsync(engine.Program, ["image", "inspect", name])).Code != 0 && (await RunAsync(engine.Program, ["pull", "-q", name])).Code != 0)
            {
                await DoAsync(Path.Combine(Root, "scripts", "container-bases.sh"), [engine.Program]);
                return false;
            }
        }

        return true;
    }

    private static string[] HealthCheck => JsonSerializer.Deserialize<string[]>(
        Dockerfile.Single(line => line.StartsWith("HEALTHCHECK CMD ", StringComparison.Ordinal))["HEALTHCHECK CMD ".Length..]) ?? [];

    private static string LastLine(string text) => text.Trim().Split('\n')[^1];

    private static async Task<string> DoAsync(string program, string[] arguments)
    {
        var (code, output) = await RunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dockerfile")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The Dockerfile is not above this program."), "Dockerfile");
    }

    // The client connects again until the server listens.
    private static async Task PingAsync(int port, string? token = null)
    {
        var options = new RpcConnectOptions { WaitForServer = true, Session = new RpcClientOptions { Token = token } };
        await using var client = new RpcClient("127.0.0.1", port, options);
        var result = await client.CallAsync("ping", "null"u8.ToArray(), RpcEncoding.Json, new RpcCallOptions { Timeout = TimeSpan.FromMinutes(2) });
        Assert.Null(result.Error);
        Assert.Equal("\"pong\"", Encoding.UTF8.GetString(result.Value.Span));
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        var start = Start(program, arguments);
        start.WorkingDirectory = Root;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, $"{await error}{output}");
    }

    private static ProcessStartInfo Start(string program, string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
}
