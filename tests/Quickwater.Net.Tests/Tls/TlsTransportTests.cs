using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>What TLS does beyond the contract of every transport.</summary>
[Requirement("RPC-14")]
public sealed class TlsTransportTests
{
    private const int RecordHeaderBytes = 5;

    [Theory]
    [InlineData(1, 40, 1)] // bytes a piece, pieces, records
    [InlineData(5000, 3, 1)]
    [InlineData(5000, 13, 4)]
    [InlineData(16_384, 4, 4)]
    [InlineData(65_536, 1, 4)]
    [InlineData(65_537, 1, 5)]
    public async Task A_batch_becomes_full_records_and_one_send(int pieceBytes, int pieces, int records)
    {
        await using var listener = new TlsListener(TlsSides.Server());
        Counting? counting = null;
        var connected = await listener.ConnectAsync(inner => counting = new Counting(inner));
        using var recorded = new MemoryStream();
        var client = new SslStream(new Tee(new NetworkStream(connected.Peer), recorded));
        await client.AuthenticateAsClientAsync(TlsListener.Connected.Trusting());
        Assert.Equal(IoStatus.Pending, connected.Transport.Receive(Memory<byte>.Empty).Status); // it is through when a send has gone out
        Assert.Equal(IoResult.Completed(1), await connected.SendAsync(TcpPair.Pieces([7])));
        await client.ReadExactlyAsync(new byte[1]);
        recorded.SetLength(0);
        var sends = counting?.Sends;

        var expected = Enumerable.Range(0, pieces).Select(number => TcpPair.Noise(pieceBytes, (ulong)number + 1)).ToArray();
        var sending = connected.SendAsync(TcpPair.Pieces(expected));
        var received = new byte[pieceBytes * pieces];
        await client.ReadExactlyAsync(received);

        Assert.Equal(IoResult.Completed(received.Length), await sending);
        Assert.Equal(expected.SelectMany(static piece => piece), received);
        Assert.Equal(records, RecordsIn(recorded.ToArray()));
        Assert.Equal(sends + 1, counting?.Sends);
    }

    [Fact]
    public async Task What_is_sent_before_the_handshake_is_done_goes_out_behind_it()
    {
        await using var listener = new TlsListener(TlsSides.Server(), TestLoops.Shared);
        var connected = await listener.ConnectAsync();
        var sending = connected.SendAsync(TcpPair.Pieces("early"u8.ToArray()));
        Assert.False(sending.IsCompleted);
        var client = await connected.ShakeAsync();
        Assert.Equal(IoResult.Completed(5), await sending);
        connected.Transport.FinishSending();
        using var reader = new StreamReader(client);
        Assert.Equal("early", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Finishing_before_the_handshake_is_done_ends_the_stream_behind_it()
    {
        await using var listener = new TlsListener(TlsSides.Server(), TestLoops.Shared);
        var connected = await listener.ConnectAsync();
        connected.Transport.FinishSending();
        var client = await connected.ShakeAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1]));
        await client.WriteAsync("still heard"u8.ToArray());
        Assert.Equal(IoResult.Completed(11), await connected.WaitAndReceiveAsync(new byte[100]));
    }

    [Fact]
    public async Task Closing_in_the_handshake_brings_both_operations_home()
    {
        await using var listener = new TlsListener(TlsSides.Server(), TestLoops.Shared);
        var connected = await listener.ConnectAsync();
        var receiving = connected.ReceiveAsync(new byte[10]);
        var sending = connected.SendAsync(TcpPair.Pieces([1]));
        connected.Transport.Close();
        Assert.Equal(IoResult.Failed(Reason.Disposed), await receiving);
        Assert.Equal(IoResult.Failed(Reason.Disposed), await sending);
    }

    [Fact]
    public async Task Closing_behind_a_farewell_that_has_no_room_yet_loses_nothing()
    {
        await using var listener = new TlsListener(TlsSides.Server());
        Counting? holding = null;
        var (connected, client) = await listener.ShakeAsync(inner => holding = new Counting(inner));
        Assert.Equal(IoResult.Completed(5), await connected.SendAsync(TcpPair.Pieces("whole"u8.ToArray())));
        Assert.NotNull(holding);
        holding.Holds = true;
        connected.Transport.FinishSending();
        connected.Transport.Close();
        Assert.Equal(2, listener.Leaks.Sockets.Count); // the listener's, and this one: it waits for the farewell
        holding.LetGo();

        using var reader = new StreamReader(client);
        Assert.Equal("whole", await reader.ReadToEndAsync().WaitAsync(Completions.Patience));
        await Until.HoldsAsync(() => listener.Leaks.Sockets.Count == 1, Completions.Patience, "only the listener is open");
    }

    [Fact]
    public async Task Both_sides_know_what_they_speak()
    {
        var tls = TlsSides.Server();
        await using var listener = new TlsListener(tls);
        Assert.Null(new ConnectionInfo(1, "rpc", new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2)).Tls);
        var (connected, _) = await listener.ShakeAsync();
        Assert.Equal(IoResult.Completed(1), await connected.SendAsync(TcpPair.Pieces([1])));
        Assert.StartsWith("Tls13 TLS_", connected.Transport.Tls?.Protocol, StringComparison.Ordinal);
        Assert.Null(connected.Transport.Tls?.Certificate);
    }

    private static int RecordsIn(byte[] wire)
    {
        var records = 0;
        for (var at = 0; at < wire.Length; records++)
        {
            Assert.Equal(23, wire[at]); // application data
            at += RecordHeaderBytes + (wire[at + 3] << 8) + wire[at + 4];
        }

        return records;
    }

    /// <summary>Counts the sends that go through it, and holds them back when it is told to.</summary>
    private sealed class Counting(ITransport inner) : ITransport, ITransportEvents
    {
        private ITransportEvents? _events;
        private SendBatch? _held;

        public int Sends { get; private set; }

        public bool Holds { get; set; }

        public IPEndPoint Remote => inner.Remote;

        public IPEndPoint Local => inner.Local;

        public long UnacknowledgedBytes => inner.UnacknowledgedBytes;

        public void Bind(ITransportEvents events)
        {
            _events = events;
            inner.Bind(this);
        }

        public IoResult Receive(Memory<byte> buffer) => inner.Receive(buffer);

        public IoResult Send(SendBatch batch)
        {
            Sends++;
            _held = Holds ? batch : null;
            return Holds ? IoResult.Pending : inner.Send(batch);
        }

        public void LetGo()
        {
            var result = inner.Send(_held ?? throw new InvalidOperationException("Nothing is held."));
            Assert.NotEqual(IoStatus.Pending, result.Status);
            _events?.SendCompleted(result);
        }

        public void FinishSending() => inner.FinishSending();

        public void LimitUnsent(int bytes) => inner.LimitUnsent(bytes);

        public void Close() => inner.Close();

        void ITransportEvents.ReceiveCompleted(IoResult result) => _events?.ReceiveCompleted(result);

        void ITransportEvents.SendCompleted(IoResult result) => _events?.SendCompleted(result);

        void ITransportEvents.Faulted(Exception fault) => _events?.Faulted(fault);
    }

    /// <summary>Keeps what is read.</summary>
    private sealed class Tee(NetworkStream inner, MemoryStream kept) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => 0;

        public override long Position { get; set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            kept.Write(buffer.Span[..count]);
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => 0;

        public override void SetLength(long value)
        {
        }
    }
}
