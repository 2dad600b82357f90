using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A transport and, at its other end, a plain socket that the test drives as it likes.</summary>
internal sealed class TcpPair : IAsyncDisposable, ITcpServerEvents
{
    private readonly TaskCompletionSource<ITransport> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _unexpected = [];
    private readonly TcpServer _server;
    private ITransport? _transport;

    private TcpPair(IPAddress address, EpollLoops? loops)
    {
        _server = Serving.Start(this, Leaks, loops, new TcpServerOptions { Listen = new IPEndPoint(address, 0) });
        Peer = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    }

    public LeakCounters Leaks { get; } = new();

    public Socket Peer { get; }

    public ITransport Transport => _transport ?? throw new InvalidOperationException("Not accepted yet.");

    public Completions Events { get; } = new();

    public static async Task<TcpPair> OpenAsync(IPAddress? address = null, EpollLoops? loops = null)
    {
        var pair = new TcpPair(address ?? IPAddress.Loopback, loops);
        await pair.Peer.ConnectAsync(pair._server.Local);
        pair._transport = await pair._accepted.Task.WaitAsync(Completions.Patience);
        pair.Transport.Bind(pair.Events);
        return pair;
    }

    /// <summary>A batch of referenced pieces, one array each.</summary>
    public static SendBatch Pieces(params byte[][] pieces)
    {
        var batch = new SendBatch();
        batch.Begin(int.MaxValue);
        foreach (var piece in pieces)
        {
            batch.Reference(piece, new Unowned());
        }

        return batch;
    }

    public static byte[] Noise(int length, ulong seed = 1)
    {
        var bytes = new byte[length];
        new Rng(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>Receives, whether it completes at once or later.</summary>
    public Task<IoResult> ReceiveAsync(Memory<byte> buffer) => Events.ReceiveAsync(Transport, buffer);

    /// <summary>Sends, whether it completes at once or later.</summary>
    public Task<IoResult> SendAsync(SendBatch batch) => Events.SendAsync(Transport, batch);

    /// <summary>Starts sends until one stays in flight; the peer must not read.</summary>
    public SendBatch FillUntilPending()
    {
        var noise = Noise(64 * 1024);
        while (true)
        {
            var batch = Pieces(noise);
            var result = Transport.Send(batch);
            if (result.Status == IoStatus.Pending)
            {
                return batch;
            }

            Assert.Equal(IoResult.Completed(noise.Length), result);
            batch.Release();
        }
    }

    public void ResetByPeer()
    {
        Peer.LingerState = new LingerOption(true, 0);
        Peer.Dispose();
    }

    public async Task<byte[]> PeerReadsAsync(int length)
    {
        var bytes = new byte[length];
        for (var have = 0; have < length;)
        {
            var got = await Peer.ReceiveAsync(bytes.AsMemory(have)).AsTask().WaitAsync(Completions.Patience);
            Assert.NotEqual(0, got);
            have += got;
        }

        return bytes;
    }

    /// <summary>A call that is inside the kernel keeps its socket open until it is out.</summary>
    public Task OnlyTheListenerIsOpenAsync() =>
        Until.HoldsAsync(() => Task.FromResult(Leaks.Sockets.Count), static open => open == 1, Completions.Patience, "only the listener is open");

    /// <summary>Closes all, and demands that no socket is left, that nothing went wrong, and that no callback came from inside a call.</summary>
    public async ValueTask DisposeAsync()
    {
        Peer.Dispose();
        Transport.Close();
        await _server.DisposeAsync();
        await Leaks.NothingIsLeftAsync();
        await Until.HoldsAsync(() => _server.Open == 0, Completions.Patience, "its place came back");
        Assert.Empty(_unexpected);
        Assert.Empty(Events.Faults);
        Assert.False(Events.CalledFromInside);
    }

    void ITcpServerEvents.Accepted(ITransport transport)
    {
        if (!_accepted.TrySetResult(transport))
        {
            Unexpected("a second one was accepted");
        }
    }

    void ITcpServerEvents.Refused(IPEndPoint remote, Reason why) => Unexpected($"refused: {why}");

    void IAcceptEvents.AcceptFailing(Reason why, SocketError error) => Unexpected($"accept fails: {why}");

    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault) => Unexpected(fault.ToString());

    void IAcceptEvents.AcceptRecovered(long failures) => Unexpected("accept never failed");

    // The server takes what is thrown here for a fault of its user's and goes on: so it is noted, and told at the end.
    private void Unexpected(string what)
    {
        _unexpected.Enqueue(what);
        _accepted.TrySetException(new InvalidOperationException(what));
    }

    private sealed class Unowned : ISharedBytes
    {
        public void Retain()
        {
        }

        public void Release()
        {
        }
    }
}
