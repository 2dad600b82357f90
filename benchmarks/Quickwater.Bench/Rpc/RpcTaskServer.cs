using System.Net;
using Quickwater.Core;
using Quickwater.Hosting;
using Quickwater.Rpc;

namespace Quickwater.Bench;

/// <summary>A server process whose one method is a task on the thread pool: it echoes bytes.</summary>
internal static class RpcTaskServer
{
    public static async Task<int> RunAsync()
    {
        var methods = new RpcMethods().MapBinary("task", (bytes, _) => ValueTask.FromResult<RpcResult<ReadOnlyMemory<byte>>>(bytes));
        if (!RpcHost.TryStart(methods, new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, out var host, out var why))
        {
            await Console.Error.WriteLineAsync(why.Text());
            return 1;
        }

        await using (host)
        {
            await Console.Out.WriteLineAsync($"listening {host.Local.Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
                await Console.Out.WriteLineAsync($"allocated {GC.GetTotalAllocatedBytes(precise: true)}");
            }
        }

        return 0;
    }
}
