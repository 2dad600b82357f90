using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;

namespace Quickwater.Interop.Tests;

/// <summary>
/// Everything that one should not do to an audio server, all at once, until it is disposed. Addresses of their own, so that the limits of one address
/// are those of one kind: only Linux has all of 127.0.0.0/8.
/// </summary>
internal sealed class AudioAbuse : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly byte[] s_hello = AudioMessageWriter.ToArray(new Hello("speech", "abuse", BurstMilliseconds: 0));

    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _work = [];
    private long _connects;

    /// <summary>Begins.</summary>
    public AudioAbuse(IPEndPoint server)
    {
        _server = server;
        _work.Add(Task.Run(FloodAsync));
        Repeat(100, 3, HalfOpenAsync);
        Repeat(10, 4, GarbageAsync);
        Repeat(50, 5, DripAsync);
        Repeat(50, 6, NeverReadAsync);
        Repeat(10, 7, OversizedAsync);
    }

    /// <summary>Connections tried so far.</summary>
    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_work).WaitAsync(s_patience);
        _over.Dispose();
    }

    // A thousand connects a second, each reset as soon as it is there.
    private async Task FloodAsync()
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!_over.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => OnceAsync(2, static _ => Task.CompletedTask)));
            try
            {
                await beat.WaitForNextTickAsync(_over.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Repeat(int count, byte address, Func<Socket, Task> kind)
    {
        for (var i = 0; i < count; i++)
        {
            _work.Add(Task.Run(async () =>
            {
                using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
                while (!_over.IsCancellationRequested)
                {
                    await OnceAsync(address, kind);
                    await beat.WaitForNextTickAsync();
                }
            }));
        }
    }

    // Reset at its end, so that no port waits. What the server does to it is nothing to wonder at.
    private async Task OnceAsync(byte address, Func<Socket, Task> kind)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), ReceiveBufferSize = 4096 };
        try
        {
            Interlocked.Increment(ref _connects);
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, address]), 0));
            await socket.ConnectAsync(_server, _over.Token);
            await kind(socket);
        }
        catch (SocketException)
        {
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task HalfOpenAsync(Socket socket)
    {
        await socket.SendAsync(s_hello.AsMemory(0, 5), _over.Token);
        await ReadToEndAsync(socket);
    }

    private async Task GarbageAsync(Socket socket)
    {
        var noise = new byte[4096];
        Random.Shared.NextBytes(noise);
        await socket.SendAsync(noise, _over.Token);
        await ReadToEndAsync(socket);
    }

    private async Task DripAsync(Socket socket)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        foreach (var one in s_hello)
        {
            await socket.SendAsync(new[] { one }, _over.Token);
            await second.WaitForNextTickAsync(_over.Token);
        }

        await ReadToEndAsync(socket);
    }

    private async Task NeverReadAsync(Socket socket)
    {
        await socket.SendAsync(s_hello, _over.Token);
        var never = new TaskCompletionSource();
        await never.Task.WaitAsync(_over.Token);
    }

    private async Task OversizedAsync(Socket socket)
    {
        await socket.SendAsync((byte[])[.. s_hello, 10, 0xFF, 0xFF, 0xFF], _over.Token);
        var body = new byte[64 * 1024];
        for (var i = 0; i < 16; i++)
        {
            await socket.SendAsync(body, _over.Token);
        }

        await ReadToEndAsync(socket);
    }

    private async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, _over.Token) > 0)
        {
        }
    }
}
