using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A socket on its way from one owner to the next: there is always one, and it is closed once.</summary>
[Requirement("AUD-1.1/hand-over", "AUD-1.4")]
public sealed class HandOverTests
{
    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    public async Task From_accept_to_transport_to_tls_it_has_one_owner_and_is_closed_once(bool epoll)
    {
        var (leaks, log) = (new LeakCounters(), new ServerLog());
        await using var server = Start(leaks, log, epoll);
        using var peer = await DialAsync(server);
        var transport = await log.AcceptedAsync();
        Assert.Equal(2, leaks.Sockets.Count); // the listening one, and this one
        var secured = TlsSides.Server();
        var secure = secured.Wrap(transport);
        var events = new Completions();
        secure.Bind(events);
        Assert.Equal((2, 1), (leaks.Sockets.Count, server.Open));

        // The last owner closes it, once; nobody before can close it again.
        secure.Close();
        await ClosedAsync(leaks, server);
        secure.Close();
        transport.Close();
        Assert.Equal((1, 0), (leaks.Sockets.Count, server.Open));
        Assert.Equal(0, await EndAsync(peer));
        Assert.Empty(events.Faults);
    }

    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    public async Task Who_fails_to_take_it_over_leaves_none_behind(bool epoll)
    {
        var leaks = new LeakCounters();
        var log = new ServerLog { OnAccepted = static _ => throw new InvalidOperationException("a fault of ours") };
        await using var server = Start(leaks, log, epoll);
        using var peer = await DialAsync(server);
        Assert.IsType<InvalidOperationException>(await log.FaultAsync());
        await ClosedAsync(leaks, server);
        Assert.Equal(0, await EndAsync(peer));
    }

    [Theory]
    [MemberData(nameof(TestLoops.Kinds), MemberType = typeof(TestLoops))]
    public async Task A_dialled_socket_is_its_transports(bool epoll)
    {
        var (leaks, log) = (new LeakCounters(), new ServerLog());
        await using var server = Start(new LeakCounters(), log, epoll);
        var dialled = (await new TcpDialer(leaks, TimeProvider.System, epoll ? TestLoops.Shared : null).DialAsync("127.0.0.1", server.Local.Port, Completions.Patience)).Transport;
        Assert.Equal(1, leaks.Sockets.Count);
        (await log.AcceptedAsync()).Close();
        dialled?.Close();
        dialled?.Close();
        await leaks.NothingIsLeftAsync();

        // Nobody listens: what was made for the attempt is gone with it.
        await server.DisposeAsync();
        Assert.Null((await new TcpDialer(leaks, TimeProvider.System).DialAsync("127.0.0.1", server.Local.Port, Completions.Patience)).Transport);
        Assert.True(leaks.Read().IsZero);
    }

    private static TcpServer Start(LeakCounters leaks, ServerLog log, bool epoll) => Serving.Start(log, leaks, epoll ? TestLoops.Shared : null);

    private static async Task<Socket> DialAsync(TcpServer server)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(server.Local).WaitAsync(Completions.Patience);
        return peer;
    }

    private static Task ClosedAsync(LeakCounters leaks, TcpServer server) =>
        Until.HoldsAsync(() => leaks.Sockets.Count == 1 && server.Open == 0, Completions.Patience, "only the listening socket is open");

    // How many bytes came before the end; a reset is one too.
    private static async Task<int> EndAsync(Socket peer)
    {
        try
        {
            return await peer.ReceiveAsync(new byte[64]).WaitAsync(Completions.Patience);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
