using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Peers that do not speak TLS, speak it wrongly, or stop in the middle: each ends by name, and no good one is held up.</summary>
[Requirement("RPC-14", "RPC-7")]
public sealed class TlsHostileTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    // Nothing, a part of a hello, and a whole one.
    public static TheoryData<int, bool> Standstills => TestLoops.With(0, 30, int.MaxValue);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u00c0")]
    public async Task Bytes_of_another_protocol_end_it_by_name(string bytes)
    {
        await using var listener = new TlsListener(TlsSides.Server(), TestLoops.Shared);
        var connected = await listener.ConnectAsync();
        await connected.Peer.SendAsync(System.Text.Encoding.Latin1.GetBytes(bytes));
        await SaysAsync(Reason.WrongProtocol, connected);
    }

    [Theory]
    [InlineData(1)] // TLS 1.0
    [InlineData(2)] // TLS 1.1
    public async Task An_offer_of_old_versions_only_is_refused_with_an_alert(byte minor)
    {
        await using var listener = new TlsListener(TlsSides.Server());
        var connected = await listener.ConnectAsync();
        await connected.Peer.SendAsync(OldHello(minor));
        await SaysAsync(Reason.UnsupportedVersion, connected);
        var alert = new byte[7];
        Assert.Equal(7, await connected.Peer.ReceiveAsync(alert).WaitAsync(Completions.Patience));
        Assert.Equal((21, 2, 70), (alert[0], alert[5], alert[6])); // alert, fatal, protocol_version
    }

    [Fact]
    public async Task Version_1_2_is_refused_where_only_1_3_is_spoken()
    {
        await using var listener = new TlsListener(TlsSides.Server(static options => options with { OnlyTls13 = true }));
        var connected = await listener.ConnectAsync();
        var options = TlsListener.Connected.Trusting();
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await Assert.ThrowsAsync<AuthenticationException>(() => connected.ShakeAsync(options));
        await SaysAsync(Reason.UnsupportedVersion, connected);
        var (_, good) = await listener.ShakeAsync();
        Assert.Equal(SslProtocols.Tls13, good.SslProtocol);
    }

    [LinuxFact]
    public async Task Only_the_cipher_suites_that_are_named_are_spoken()
    {
        await using var listener = new TlsListener(TlsSides.Server(static options => options with
        {
            CipherSuites = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
        }));
        var (_, newer) = await listener.ShakeAsync();
        Assert.Equal(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, newer.NegotiatedCipherSuite);
        var options = TlsListener.Connected.Trusting();
        options.EnabledSslProtocols = SslProtocols.Tls12;
        var (_, older) = await listener.ShakeAsync(options: options);
        Assert.Equal(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, older.NegotiatedCipherSuite);
    }

    [Theory]
    [MemberData(nameof(Standstills))]
    public async Task A_handshake_that_stands_still_ends_with_its_deadline(int bytes, bool epoll)
    {
        await using var listener = new TlsListener(TlsSides.Server(static options => options with { HandshakeTimeout = Short }), epoll ? TestLoops.Shared : null);
        var connected = await listener.ConnectAsync();
        var hello = NewHello();
        await connected.Peer.SendAsync(hello.AsMemory(0, Math.Min(bytes, hello.Length)));
        await SaysAsync(Reason.HandshakeTimeout, connected);
    }

    [Theory]
    [InlineData(0, Reason.PeerClosed)] // a probe, say
    [InlineData(30, Reason.TlsHandshakeFailed)]
    [InlineData(int.MaxValue, Reason.TlsHandshakeFailed)]
    public async Task A_peer_that_leaves_in_the_handshake_is_told_apart(int bytes, Reason why)
    {
        await using var listener = new TlsListener(TlsSides.Server());
        var connected = await listener.ConnectAsync();
        var hello = NewHello();
        await connected.Peer.SendAsync(hello.AsMemory(0, Math.Min(bytes, hello.Length)));
        connected.Peer.Shutdown(SocketShutdown.Send);
        await SaysAsync(why, connected);
    }

    [Fact]
    public async Task Garbage_in_the_handshake_ends_it()
    {
        await using var listener = new TlsListener(TlsSides.Server());
        var connected = await listener.ConnectAsync();
        await connected.Peer.SendAsync(new byte[] { 22, 3, 3, 0, 4, 99, 0, 0, 0 });
        await SaysAsync(Reason.TlsHandshakeFailed, connected);
    }

    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    public async Task Garbage_after_the_handshake_ends_it(bool epoll)
    {
        await using var listener = new TlsListener(TlsSides.Server(), epoll ? TestLoops.Shared : null);
        var (connected, client) = await listener.ShakeAsync();
        await client.WriteAsync("through"u8.ToArray()); // a client of TLS 1.3 is done with the handshake before its server is
        Assert.Equal(IoResult.Completed(7), await connected.WaitAndReceiveAsync(new byte[100]));
        await connected.Peer.SendAsync(TcpPair.Noise(1000));
        var result = await connected.WaitAndReceiveAsync(new byte[100]);
        Assert.Equal(IoResult.Failed(Reason.TlsBroken), result);
        Assert.Equal(result, await connected.WaitAndReceiveAsync(new byte[100])); // an end stays
    }

    [Fact]
    public async Task A_record_that_was_changed_on_the_way_is_not_taken()
    {
        await using var listener = new TlsListener(TlsSides.Server());
        var (connected, _) = await listener.ShakeAsync();
        byte[] record = [23, 3, 3, 0, 40, .. TcpPair.Noise(40)];
        await connected.Peer.SendAsync(record);
        Assert.Equal(IoResult.Failed(Reason.TlsBroken), await connected.WaitAndReceiveAsync(new byte[100]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_without_close_notify_is_no_orderly_end(bool orderly)
    {
        await using var listener = new TlsListener(TlsSides.Server(), TestLoops.Shared);
        var (connected, client) = await listener.ShakeAsync();
        await client.WriteAsync("last words"u8.ToArray());
        if (orderly)
        {
            await client.ShutdownAsync();
        }

        connected.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(IoResult.Completed(10), await connected.WaitAndReceiveAsync(new byte[100]));
        Assert.Equal(
            orderly ? IoResult.EndOfStream : IoResult.Failed(Reason.TlsTruncated), await connected.WaitAndReceiveAsync(new byte[100]));
    }

    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    public async Task Hundreds_of_stalled_handshakes_are_bounded_and_hold_up_no_good_client(bool epoll)
    {
        const int max = 20;
        await using var listener = new TlsListener(TlsSides.Server(static options => options with { HandshakesMax = max }), epoll ? TestLoops.Shared : null);
        var hello = NewHello();
        var stalled = new List<TlsListener.Connected>();
        for (var i = 0; i < 300; i++)
        {
            var one = await listener.ConnectAsync();
            await one.Peer.SendAsync(hello.AsMemory(0, i % 3 == 0 ? 0 : i % 3 == 1 ? 40 : hello.Length));
            Assert.Equal(IoStatus.Pending, one.Transport.Receive(Memory<byte>.Empty).Status);
            stalled.Add(one);
            if (i % 3 == 2)
            {
                Assert.NotEqual(0, await one.Peer.ReceiveAsync(new byte[1]).WaitAsync(Completions.Patience)); // the server has done its part
            }

            if (i % 100 == 99)
            {
                var (good, client) = await listener.ShakeAsync();
                await client.WriteAsync("served"u8.ToArray());
                Assert.Equal(IoResult.Completed(6), await good.WaitAndReceiveAsync(new byte[100]));
            }

            Assert.InRange(listener.Tls.Handshakes, 0, max);
        }

        await Until.HoldsAsync(
            () => Task.FromResult(stalled.Count(static one => one.Events.Receives > 0)), static ended => ended >= 300 - max, Completions.Patience, "those over the limit end");
        foreach (var one in stalled.Where(static one => one.Events.Receives > 0))
        {
            Assert.Equal(IoResult.Failed(Reason.TooManyHandshakes), await one.Events.ReceivedAsync());
        }
    }

    // The receive that is in flight fails with the reason, and so does whatever is asked after it.
    private static async Task SaysAsync(Reason why, TlsListener.Connected connected)
    {
        var result = await connected.ReceiveAsync(Memory<byte>.Empty);
        Assert.Equal(IoResult.Failed(why), result);
        Assert.Equal(result, await connected.SendAsync(TcpPair.Pieces([1])));
    }

    // RFC 2246, section 7.4.1.2: no extensions, so the version in it is the newest that is offered.
    private static byte[] OldHello(byte minor)
    {
        byte[] body = [3, minor, .. new byte[32], 0, 0, 4, 0xC0, 0x14, 0x00, 0x2F, 1, 0];
        return [22, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
    }

    // What the runtime's client says first.
    private static byte[] NewHello()
    {
        using var recorded = new MemoryStream();
        using var client = new SslStream(new Recorder(recorded));
        Assert.ThrowsAny<Exception>(() => client.AuthenticateAsClient("localhost"));
        return recorded.ToArray();
    }

    // Takes what is written and gives nothing back.
    private sealed class Recorder(MemoryStream into) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => into.Length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => into.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => 0;

        public override void SetLength(long value)
        {
        }
    }
}
