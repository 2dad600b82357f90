using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

public sealed class TcpDialerTests
{
    private readonly LeakCounters _leaks = new();

    private TcpDialer Dialer => new(_leaks, TimeProvider.System);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [Requirement("AUD-2.1/families", "NET-2.2")]
    public async Task Reaches_a_listener_on_both_families(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        var (transport, why) = await Dialer.DialAsync(address, Port(listener), Completions.Patience);
        Assert.Equal(Reason.None, why);
        Assert.Equal(listener.LocalEndpoint, transport?.Remote);
        Assert.Equal(1, _leaks.Sockets.Count);
        transport?.Close();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public async Task Tries_the_addresses_of_a_name_until_one_answers()
    {
        // "localhost" is ::1 and 127.0.0.1 on most machines; only the second listens.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (transport, why) = await Dialer.DialAsync("localhost", Port(listener), Completions.Patience);
        Assert.Equal(Reason.None, why);
        transport?.Close();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    [Requirement("NET-1.3")]
    public async Task A_port_where_nobody_listens_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = Port(listener);
        listener.Stop();
        Assert.Equal(
            new DialResult(null, Reason.ConnectionRefused), await Dialer.DialAsync("127.0.0.1", port, Completions.Patience));
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_told_as_such()
    {
        Assert.Equal(
            new DialResult(null, Reason.HostNotFound),
            await Dialer.DialAsync("no-such-host.invalid", 1935, Completions.Patience));
        Assert.Equal(Reason.HostNotFound, (await Dialer.DialAsync(new string('a', 300), 1935, Completions.Patience)).Reason);
    }

    [Fact]
    public async Task A_peer_that_never_answers_times_out()
    {
        // A listener that does not accept, with its queue full: further connects get no answer.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var port = ((IPEndPoint?)deaf.LocalEndPoint)?.Port ?? 0;
        var filling = new List<DialResult>();
        do
        {
            filling.Add(await Dialer.DialAsync("127.0.0.1", port, TimeSpan.FromSeconds(2)));
        }
        while (filling[^1].Transport is not null && filling.Count < 10);

        Assert.Equal(new DialResult(null, Reason.TransportTimedOut), filling[^1]);

        using var cancelled = new CancellationTokenSource();
        var dial = Dialer.DialAsync("127.0.0.1", port, Completions.Patience, cancelled.Token);
        await cancelled.CancelAsync();
        Assert.Equal(new DialResult(null, Reason.Cancelled), await dial);

        filling.ForEach(one => one.Transport?.Close());
        Assert.True(_leaks.Read().IsZero);
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
