using System.Net;
using System.Net.Sockets;

namespace Quickwater.Interop.Tests;

/// <summary>
/// Peers that mean no good, all at once, until it is disposed: each is a task with one socket at a time, so their number is bounded. Addresses of their own,
/// so that the limits of one address are those of one kind: only Linux has all of 127.0.0.0/8.
/// </summary>
internal sealed class Attackers : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _work = [];
    private long _connects;

    /// <summary>Makes none yet.</summary>
    public Attackers() => Over = _over.Token;

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Over { get; }

    /// <summary>Connections tried so far.</summary>
    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Lets go of everything. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Over.IsCancellationRequested)
        {
            return;
        }

        await _over.CancelAsync();
        await Task.WhenAll(_work).WaitAsync(s_patience);
        _over.Dispose();
    }

    /// <summary>Begins so many at every beat; each is reset when it has done its part.</summary>
    public void Flood(TimeSpan beat, int count, byte address, IPEndPoint server, Func<Socket, Task> kind) =>
        _work.Add(Task.Run(() => EachBeatAsync(beat, () => Task.WhenAll(Enumerable.Range(0, count).Select(_ => OnceAsync(address, server, kind))))));

    /// <summary>Keeps so many at once; each comes again a beat after it has done its part or was ended.</summary>
    public void Repeat(TimeSpan beat, int count, byte address, IPEndPoint server, Func<Socket, Task> kind) =>
        _work.AddRange(Enumerable.Range(0, count).Select(_ => Task.Run(() => EachBeatAsync(beat, () => OnceAsync(address, server, kind)))));

    /// <summary>Reads and throws away until the server's end.</summary>
    public async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, Over) > 0)
        {
        }
    }

    /// <summary>Does nothing until it is over.</summary>
    public Task StayAsync() => new TaskCompletionSource().Task.WaitAsync(Over);

    /// <summary>Does nothing for so long.</summary>
    public async Task StayAsync(TimeSpan time)
    {
        using var once = new PeriodicTimer(time);
        await once.WaitForNextTickAsync(Over);
    }

    private async Task EachBeatAsync(TimeSpan length, Func<Task> what)
    {
        using var beat = new PeriodicTimer(length);
        while (!Over.IsCancellationRequested)
        {
            await what();
            try
            {
                await beat.WaitForNextTickAsync(Over);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Reset at its end, so that no port waits. What the server does to it is nothing to wonder at.
    private async Task OnceAsync(byte address, IPEndPoint server, Func<Socket, Task> kind)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), ReceiveBufferSize = 4096 };
        try
        {
            Interlocked.Increment(ref _connects);
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, address]), 0));
            await socket.ConnectAsync(server, Over);
            await kind(socket);
        }
        catch (SocketException)
        {
        }
        catch (OperationCanceledException)
        {
        }
    }
}
