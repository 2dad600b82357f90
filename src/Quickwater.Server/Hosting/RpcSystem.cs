using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>What the server says and knows of RPC beside the protocol: who may call, and its log.</summary>
internal static class RpcSystem
{
    /// <summary>The server of the configuration, with the built-in methods.</summary>
    public static RpcServer MakeServer(RpcConfiguration configuration, PooledBytes.Pool buffers, AttemptCounts attempts, ILogger log) => new(
        new RpcMethods(), configuration.Limits, buffers, configuration.Tokens.Items.Count == 0 ? null : new RpcTokens(configuration.Tokens.Items))
    {
        Faulted = (method, fault) => Log.MethodFaulted(log, fault, method),
        Attempted = (connection, name, refusal) => Attempted(attempts, log, connection, name, refusal),
    };

    // Never with the token.
    private static void Attempted(AttemptCounts attempts, ILogger log, ConnectionInfo connection, string? name, Reason refusal)
    {
        attempts.Count("rpc", refusal);
        var info = Reasons.Describe(refusal);
        var level = refusal == Reason.None ? LogLevel.Information : LogLevel.Warning;
        if (log.IsEnabled(level))
        {
            Log.AuthenticationAttempt(
                log, level, connection.Id, connection.Remote, refusal == Reason.None ? $"accepted as {name}" : $"refused: {info.Text} [{info.Tag}]");
        }
    }
}
