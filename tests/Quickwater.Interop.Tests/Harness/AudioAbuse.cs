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
    private static readonly byte[] s_hello = AudioMessageWriter.ToArray(new Hello("speech", "abuse", BurstMilliseconds: 0));

    private readonly Attackers _attackers = new();

    /// <summary>Begins.</summary>
    public AudioAbuse(IPEndPoint server)
    {
        _attackers.Flood(TimeSpan.FromMilliseconds(10), 10, 2, server, static _ => Task.CompletedTask); // a thousand connects a second
        Repeat(100, 3, HalfOpenAsync);
        Repeat(10, 4, GarbageAsync);
        Repeat(50, 5, DripAsync);
        Repeat(50, 6, NeverReadAsync);
        Repeat(10, 7, OversizedAsync);

        void Repeat(int count, byte address, Func<Socket, Task> kind) => _attackers.Repeat(
            TimeSpan.FromMilliseconds(100), count, address, server, kind);
    }

    /// <summary>Connections tried so far.</summary>
    public long Connects => _attackers.Connects;

    /// <summary>Lets go of everything.</summary>
    public ValueTask DisposeAsync() => _attackers.DisposeAsync();

    private async Task HalfOpenAsync(Socket socket)
    {
        await socket.SendAsync(s_hello.AsMemory(0, 5), _attackers.Over);
        await _attackers.ReadToEndAsync(socket);
    }

    private async Task GarbageAsync(Socket socket)
    {
        var noise = new byte[4096];
        Random.Shared.NextBytes(noise);
        await socket.SendAsync(noise, _attackers.Over);
        await _attackers.ReadToEndAsync(socket);
    }

    private async Task DripAsync(Socket socket)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        foreach (var one in s_hello)
        {
            await socket.SendAsync(new[] { one }, _attackers.Over);
            await second.WaitForNextTickAsync(_attackers.Over);
        }

        await _attackers.ReadToEndAsync(socket);
    }

    private async Task NeverReadAsync(Socket socket)
    {
        await socket.SendAsync(s_hello, _attackers.Over);
        await _attackers.StayAsync();
    }

    private async Task OversizedAsync(Socket socket)
    {
        await socket.SendAsync((byte[])[.. s_hello, 10, 0xFF, 0xFF, 0xFF], _attackers.Over);
        var body = new byte[64 * 1024];
        for (var i = 0; i < 16; i++)
        {
            await socket.SendAsync(body, _attackers.Over);
        }

        await _attackers.ReadToEndAsync(socket);
    }
}
