using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;

namespace Quickwater.Client;

/// <summary>Runs a client's connections over TCP, one after the other: dials, opens, waits for the end.</summary>
internal sealed class ClientEngine : IConnectionObserver, IDisposable
{
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private TaskCompletionSource<Reason> _closed = NewEnd();

    public ClientEngine(TimeProvider time)
    {
        _time = time;
        Engine = new Engine(new EngineOptions(), new SystemScheduler(), time, this);
        Frames = new Frame.Pool(Engine.Leaks);
        Buffers = new PooledBytes.Pool(Engine.Leaks);
    }

    public Engine Engine { get; }

    public Frame.Pool Frames { get; }

    public PooledBytes.Pool Buffers { get; }

    /// <summary>Connects and runs until the connection is over; the answer is why.</summary>
    /// <param name="host">The server's name or address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="dialTimeout">How long connecting may take.</param>
    /// <param name="session">What to do there.</param>
    /// <param name="opened">Told of the connection, for waking it.</param>
    /// <param name="stop">Cancelled to take leave of the server and end.</param>
    public async Task<Reason> RunAsync(
        string host, int port, TimeSpan dialTimeout, ISessionFactory session, Action<IMailbox> opened, CancellationToken stop)
    {
        _closed = NewEnd();
        var dialed = await new TcpDialer(Engine.Leaks, _time).DialAsync(host, port, dialTimeout, stop).ConfigureAwait(false);
        if (dialed.Transport is null)
        {
            return dialed.Reason;
        }

        var connection = Engine.Open(dialed.Transport, session);
        opened(connection);
        var leave = stop.Register(() => connection.Post(Command.Kick(Reason.Cancelled)));
        await using (leave.ConfigureAwait(false))
        {
            return await WaitAsync(connection, stop).ConfigureAwait(false);
        }
    }

    public void Dispose() => Engine.Dispose();

    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats) => _closed.TrySetResult(why);

    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) => _closed.TrySetException(fault);

    private static TaskCompletionSource<Reason> NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A server that does not take leave must not hold us.
    private async Task<Reason> WaitAsync(Connection connection, CancellationToken stop)
    {
        try
        {
            return await _closed.Task.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            try
            {
                return await _closed.Task.WaitAsync(FarewellTimeout, _time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                connection.Abort(Reason.Cancelled);
                return await _closed.Task.ConfigureAwait(false);
            }
        }
    }
}
