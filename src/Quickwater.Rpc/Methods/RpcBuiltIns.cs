using System.Text.Json;

namespace Quickwater.Rpc;

/// <summary>The methods that every server has.</summary>
internal static class RpcBuiltIns
{
    /// <summary>A sleep is a deadline of its connection, so its session does it.</summary>
    public static readonly RpcMethod Sleep = new("sleep", RpcPayloads.Json);

    /// <summary>The first word of the extensions.</summary>
    public static readonly RpcMethod Hello = new("rpc.hello", RpcPayloads.Json);

    /// <summary>Says who calls, where a server wants to know.</summary>
    public static readonly RpcMethod Authenticate = new("rpc.authenticate", RpcPayloads.Json);

    /// <summary>The version of the extensions that is spoken here.</summary>
    public const int Version = 1;

    /// <summary>A server's methods and the built-in ones.</summary>
    /// <exception cref="ArgumentException">A method has a reserved name.</exception>
    public static IReadOnlyCollection<RpcMethod> With(RpcMethods methods, RpcServer server)
    {
        var all = new RpcMethods();
        byte[] names = [];
        all.MapInline("echo", RpcPayloads.Json | RpcPayloads.Binary, static (in RpcRequest asked, RpcResponse answer) => answer.Write(asked.Payload));
        all.MapInline("ping", RpcPayloads.Json, static (in RpcRequest asked, RpcResponse answer) => answer.Write("\"pong\""u8));
        all.MapInline("stats", RpcPayloads.Json, (in RpcRequest asked, RpcResponse answer) => WriteStats(server.Stats, answer));
        all.MapInline("methods", RpcPayloads.Json, (in RpcRequest asked, RpcResponse answer) => answer.Write(names));
        all.Add(Sleep);
        foreach (var method in methods.All)
        {
            if (method.Name.StartsWith("rpc.", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{method.Name}' cannot be a method's name: rpc. is the protocol's own.", nameof(methods));
            }

            all.Add(method);
        }

        names = JsonSerializer.SerializeToUtf8Bytes([.. all.All.Select(method => method.Name)], RpcJson.Default.StringArray);
        all.Add(Hello);
        if (server.Authenticator is not null)
        {
            all.Add(Authenticate);
        }

        return all.All;
    }

    /// <summary>Reads how long to sleep, in milliseconds, and cuts it to the limit.</summary>
    public static RpcError? ReadSleep(ReadOnlySpan<byte> payload, RpcLimits limits, out long milliseconds)
    {
        RpcMethods.TryRead(payload, RpcJson.Default.SleepParams, out var sleep, out var error);
        milliseconds = Math.Min(sleep.Ms, (long)limits.SleepMax.TotalMilliseconds);
        return error is null && sleep.Ms < 0 ? new RpcError(RpcErrorCode.InvalidParams, "ms is negative.") : error;
    }

    private static void WriteStats(in RpcServerStats stats, RpcResponse answer) => answer.WriteJson(
        new StatsResult(stats.Connections, stats.Calls, stats.Errors, stats.InFlight, stats.Items), RpcJson.Default.StatsResult);
}
