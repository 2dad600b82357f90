using System.Net;
using Quickwater.Client;
using Quickwater.Rpc;

namespace Quickwater.Hosting.Tests;

/// <summary>Servers and clients of a test, over real sockets, and a method "hold" that ends when the test lets it.</summary>
internal sealed class RpcPeers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<IAsyncDisposable> _open = []; // the latest is closed first
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _working;
    private int _begun;

    /// <summary>How many calls of "hold" have begun, of all servers.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>How many of them there were at once, at most.</summary>
    public int AtOnceMost { get; private set; }

    /// <summary>Whether "hold" may end.</summary>
    public Task Gate => _gate.Task;

    /// <summary>Methods with "hold" among them.</summary>
    public RpcMethods Methods => new RpcMethods().MapMethod("hold", TestJson.Default.Pair, TestJson.Default.Sum, HoldAsync);

    /// <summary>Lets every "hold" end, now and later.</summary>
    public void Open() => _gate.TrySetResult();

    /// <summary>Waits until so many calls of "hold" have begun.</summary>
    public Task BegunAsync(int count) => Until.HoldsAsync(() => Begun == count, Patience, $"{count} calls have begun");

    /// <summary>Starts a server.</summary>
    public RpcHost Serve(RpcMethods methods, RpcLimits? limits = null, IPEndPoint? at = null)
    {
        var options = new RpcHostOptions { Listen = at ?? new IPEndPoint(IPAddress.Loopback, 0), Limits = limits ?? new RpcLimits() };
        Assert.True(RpcHost.TryStart(methods, options, out var host, out var why), why.ToString());
        _open.Add(host);
        return host;
    }

    /// <summary>Makes a client.</summary>
    public RpcClient Call(IPEndPoint server, RpcConnectOptions? options = null)
    {
        var client = new RpcClient($"{server.Address}", server.Port, options);
        _open.Add(client);
        return client;
    }

    /// <summary>Calls a method with 1 and 2: "hold" answers 3.</summary>
    public static Task<RpcResult<Sum>> AskAsync(RpcClient client, string method, RpcCallOptions? options = null) =>
        client.CallAsync(method, new Pair(1, 2), TestJson.Default.Pair, TestJson.Default.Sum, options);

    public async ValueTask DisposeAsync()
    {
        Open();
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            await _open[i].DisposeAsync();
        }
    }

    private async ValueTask<RpcResult<Sum>> HoldAsync(Pair pair, RpcContext context)
    {
        lock (_lock)
        {
            _begun++;
            AtOnceMost = Math.Max(AtOnceMost, ++_working);
        }

        await _gate.Task;
        await Task.Yield();
        lock (_lock)
        {
            _working--;
        }

        return new Sum(pair.A + pair.B);
    }
}
