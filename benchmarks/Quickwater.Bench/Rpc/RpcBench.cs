using System.Diagnostics;
using System.Text;

namespace Quickwater.Bench;

/// <summary>
/// RPC in the server as its users start it, against a C echo of the same frames, all in turn in the same run. The load is the same C program for both;
/// gRPC's load has to be gRPC's own.
/// </summary>
internal static class RpcBench
{
    private const int Connections = 8;
    private const int Window = 64;
    private const int FrameBytes = 64;
    private const int HeaderBytes = 12;
    private const int CallBytes = 3; // kind, flags, length of the name
    private const int Rounds = 5;
    private const int Seconds = 2;

    private static readonly string Binary = Call("echo");
    private static readonly string Task = Call("task");
    private static readonly string Json = $"{Hex("{\"method\":\"echo\",\"params\":\"")},{Hex("\"}")}";

    public static async Task RunAsync()
    {
        await using var floor = await ServerProcess.StartFloorAsync("esrv", "0");
        await using var serve = await Product.StartAsync("rpc");
        await using var tasks = await ServerProcess.StartAsync(inline: false, "serve-rpc");
        Row[] rows =
        [
            new("C epoll echo, one thread (floor)", () => EchoAsync(floor.Port, floor.Id, "")),
            new("serve, binary, completes at once", () => EchoAsync(serve.Port, serve.Id, Binary), serve.AllocatedAsync),
            new("serve, JSON, completes at once", () => EchoAsync(serve.Port, serve.Id, Json), serve.AllocatedAsync),
            new("binary, a task on the thread pool", () => EchoAsync(tasks.Port, tasks.Id, Task), async () => (await tasks.AskAsync("allocated"))["allocated"]),
        ];
        await using var grpc = await StartGrpcAsync();
        if (grpc is not null)
        {
            rows = [.. rows, new("gRPC, Node's grpc-js, unary", () => GrpcAsync(grpc))];
        }

        foreach (var row in rows)
        {
            await row.Run(); // compiles and warms
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var row in rows)
            {
                await row.MeasureAsync();
            }
        }

        Console.WriteLine($"Calls of {FrameBytes}-byte frames, {Connections} connections x {Window} at once: server CPU, ns per call, median of {Rounds} rounds of {Seconds} s (least to most), median ratio to the floor of the same round; managed bytes allocated per call");
        foreach (var row in rows)
        {
            Console.WriteLine($"{row.Name,-36}{row.Nanoseconds.Cell(rows[0].Nanoseconds, "0"),32}{(row.Allocated is null ? "" : $"{row.Bytes.Median,12:0.00} B")}");
        }
    }

    private static string Call(string method) => $"0101{method.Length:x2}{Hex(method)}";

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    private static Task<Figures> EchoAsync(int port, int process, string body) =>
        Floor.RunAsync("ecli", body.Length > 0 ? [port, Connections, Window, Seconds, FrameBytes, process, body] : [port, Connections, Window, Seconds, FrameBytes, process]);

    private static async Task<ServerProcess?> StartGrpcAsync()
    {
        var folder = Path.Combine(Product.Root, "benchmarks", "grpc");
        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            {
                using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })
                    ?? throw new InvalidOperationException("npm did not start");
                await npm.StandardOutput.ReadToEndAsync();
                await npm.WaitForExitAsync();
            }

            return await ServerProcess.StartAsync(new ProcessStartInfo("node", [Path.Combine(folder, "echo.js"), "serve"]));
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync($"No row for gRPC, which needs Node and npm: {e.Message}");
            return null;
        }
    }

    // Its payload is as long as what the binary call carries beside the method's name.
    private static async Task<Figures> GrpcAsync(ServerProcess server)
    {
        object[] arguments =
        [
            Path.Combine(Product.Root, "benchmarks", "grpc", "echo.js"), "load", server.Port, Connections, Window, Seconds, FrameBytes - HeaderBytes - CallBytes - 4, server.Id,
        ];
        using var node = Process.Start(new ProcessStartInfo("node", arguments.Select(one => $"{one}")) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("node did not start");
        var line = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? Figures.Parse(line) : throw new InvalidOperationException($"gRPC's load ended with {node.ExitCode}");
    }

    private sealed record Row(string Name, Func<Task<Figures>> Run, Func<Task<double>>? Allocated = null)
    {
        public Samples Nanoseconds { get; } = new();

        public Samples Bytes { get; } = new();

        public async Task MeasureAsync()
        {
            var before = Allocated is null ? 0 : await Allocated();
            var figures = await Run();
            Nanoseconds.Add(figures["server_cpu"] / figures["messages"] * 1e9);
            if (Allocated is not null)
            {
                Bytes.Add((await Allocated() - before) / figures["messages"] * Seconds / (Seconds + 1)); // a second of warming up is in it too
            }
        }
    }
}
