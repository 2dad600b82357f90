using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>A transport and, at its other end, a plain socket that the test drives as it likes.</summary>
internal sealed class TcpPair : IAsyncDisposable, ITcpServerEvents
{
    private readonly TaskCompletionSource<ITransport> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TcpServer _server;
    private ITransport? _transport;

    private TcpPair(IPAddress address, EpollLoops? loops)
    {
        var options = new TcpServerOptions { Listen = new IPEndPoint(address, 0) };
        Assert.True(TcpServer.TryStart(options, this, Leaks, TimeProvider.System, out var server, out var why, loops), why.Text());
        _server = server;
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
    public void UntilOnlyTheListenerIsOpen() =>
        Assert.True(SpinWait.SpinUntil(() => Leaks.Sockets.Count == 1, Completions.Patience), Leaks.Read().ToString());

    /// <summary>Closes all, and demands that no socket is left and that no callback came from inside a call.</summary>
    public async ValueTask DisposeAsync()
    {
        Peer.Dispose();
        Transport.Close();
        await _server.DisposeAsync();
        Assert.True(SpinWait.SpinUntil(() => Leaks.Read().IsZero && _server.Open == 0, Completions.Patience), Leaks.Read().ToString());
        Assert.False(Events.CalledFromInside);
    }

    void ITcpServerEvents.Accepted(ITransport transport) => _accepted.SetResult(transport);

    void ITcpServerEvents.Refused(IPEndPoint remote, Reason why) => Assert.Fail($"refused: {why}");

    void IAcceptEvents.AcceptFailing(Reason why, SocketError error) => Assert.Fail($"accept fails: {why}");

    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault) => Assert.Fail(fault.ToString());

    void IAcceptEvents.AcceptRecovered(long failures) => Assert.Fail("accept never failed");

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
