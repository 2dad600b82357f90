using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>An echo server over UDP on an engine of its own, and blocking clients of it.</summary>
internal sealed class UdpStage : IConnectionObserver, IAsyncDisposable
{
    private readonly ConcurrentQueue<Reason> _closes = new();
    private readonly ConcurrentQueue<Exception> _faults = new();
    private readonly List<Socket> _clients = [];

    private UdpStage(EngineOptions options) => Engine = new Engine(options, new SystemScheduler(), TimeProvider.System, this);

    public static TheoryData<bool> BackEnds => [true, false];

    public Engine Engine { get; }

    public UdpServer Server { get => field ?? throw new InvalidOperationException("It did not start."); private set; }

    public IReadOnlyCollection<Reason> Closes => _closes;

    public IReadOnlyCollection<Exception> Faults => _faults;

    public static UdpStage Start(Func<UdpServerOptions, UdpServerOptions>? change = null, EngineOptions? engine = null)
    {
        var stage = new UdpStage(engine ?? new EngineOptions());
        var options = new UdpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        Assert.True(
            UdpServer.TryStart(change?.Invoke(options) ?? options, new UdpEcho.Factory(), stage.Engine, out var server, out var why), why.Text());
        stage.Server = server;
        return stage;
    }

    public UdpEcho Echo(int shard = 0) => (UdpEcho)Server.Ports[shard].Session;

    public Socket Client(string host = "127.0.0.1")
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Completions.Patience.TotalMilliseconds };
        client.Bind(new IPEndPoint(IPAddress.Parse(host), 0));
        client.Connect(Server.Local);
        _clients.Add(client);
        return client;
    }

    /// <summary>Sends, and gives what comes back.</summary>
    public static byte[] Ask(Socket client, params byte[] bytes)
    {
        client.Send(bytes);
        var answer = new byte[2000];
        return answer[..client.Receive(answer)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Server.DisposeAsync();
        Assert.True(SpinWait.SpinUntil(() => Engine.IsEmpty && Engine.Leaks.Read().IsZero, Completions.Patience), Engine.Leaks.Read().ToString());
        Engine.Dispose();
    }

    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats) => _closes.Enqueue(why);

    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) => _faults.Enqueue(fault);
}
