using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

public sealed class TcpServerTests : IDisposable
{
    private readonly LeakCounters _leaks = new();
    private readonly ServerLog _log = new();
    private readonly List<Socket> _peers = [];
    private readonly List<ITransport> _transports = [];

    public void Dispose()
    {
        _peers.ForEach(one => one.Dispose());
        _transports.ForEach(one => one.Close());
        Assert.True(_leaks.Read().IsZero, _leaks.Read().ToString());
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.2", "127.0.0.2")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    [Requirement("AUD-2.1/port", "RTMP-7.4")]
    public async Task Listens_on_the_chosen_address_and_reports_the_port(string listen, string dial)
    {
        await using var server = Start(new IPEndPoint(IPAddress.Parse(listen), 0));
        Assert.NotEqual(0, server.Local.Port);
        Dial(server, IPAddress.Parse(dial));
        var transport = await TakeAsync();
        Assert.Equal(_peers[0].LocalEndPoint, transport.Remote);
        Assert.Equal(IPAddress.Parse(dial), transport.Local.Address);
        Assert.Equal(server.Local.Port, transport.Local.Port);
        Assert.Equal((1, 1L), (server.Open, server.Accepted));
    }

    [Fact]
    [Requirement("RTMP-7.4/localhost")]
    public async Task Listening_on_one_address_leaves_the_others_closed()
    {
        await using var server = Start(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        var fault = Assert.Throws<SocketException>(() => Dial(server, IPAddress.Loopback));
        Assert.Equal(SocketError.ConnectionRefused, fault.SocketErrorCode);
    }

    [Fact]
    [Requirement("RTMP-7.4/interface", "AUD-2.1/interface")]
    public void An_interface_is_chosen_by_its_name()
    {
        var loopback = NetworkInterface.GetAllNetworkInterfaces()
            .First(one => one.NetworkInterfaceType == NetworkInterfaceType.Loopback);
        Assert.True(ListenAddress.TryParse($"{loopback.Name}:1935", out var listen));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1935), listen);
    }

    [Theory]
    [InlineData("0.0.0.0:1935", "0.0.0.0:1935")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("*:8080", "[::]:8080")]
    [InlineData("[::1]:65535", "[::1]:65535")]
    [InlineData("[fe80::1]:1", "[fe80::1]:1")]
    public void Listen_addresses_are_read(string text, string expected)
    {
        Assert.True(ListenAddress.TryParse(text, out var listen));
        Assert.Equal(IPEndPoint.Parse(expected), listen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1935")]
    [InlineData(":1935")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1: 80")]
    [InlineData("127.1:80")]
    [InlineData("1:80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("no-such-interface-here:80")]
    public void Other_listen_addresses_are_refused(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Fact]
    [Requirement("NET-1.3")]
    public async Task A_port_in_use_and_a_foreign_address_are_reasons()
    {
        await using var server = Start(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(Reason.AddressInUse, Refusal(new TcpServerOptions { Listen = server.Local }));
        Assert.Equal(
            Reason.AddressNotAvailable,
            Refusal(new TcpServerOptions { Listen = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) }));
    }

    [Theory]
    [InlineData(0, 16, 1, 1)]
    [InlineData(10, 0, 1, 1)]
    [InlineData(10, 1025, 1, 1)]
    [InlineData(10, 16, 0, 1)]
    [InlineData(10, 16, 1, 0)]
    public void Limits_out_of_range_are_named(int connections, int burst, int perAddress, int perSecond)
    {
        var options = new TcpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Limits = new AcceptLimits
            {
                ConnectionsMax = connections,
                AcceptBurstMax = burst,
                ConnectionsPerAddressMax = perAddress,
                ConnectsPerSecondPerAddressMax = perSecond,
            },
        };
        Assert.Single(options.Validate());
        Assert.Equal(Reason.InvalidConfiguration, Refusal(options));
    }

    [Fact]
    public async Task A_port_can_be_taken_again_at_once_after_connections_lived_on_it()
    {
        IPEndPoint local;
        await using (var server = Start(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            local = server.Local;
            Dial(server, IPAddress.Loopback);
            (await TakeAsync()).Close(); // this side closes first, so its port stays in TIME_WAIT
        }

        await using var again = Start(local);
        Assert.Equal(local, again.Local);
    }

    [Fact]
    [Requirement("NET-2.2")]
    public async Task The_connection_over_the_total_is_refused_and_one_that_left_makes_room()
    {
        await using var server = Start(limits: new AcceptLimits { ConnectionsMax = 2 });
        Dial(server, IPAddress.Loopback);
        Dial(server, IPAddress.Loopback);
        var first = await TakeAsync();
        await TakeAsync();
        var third = Dial(server, IPAddress.Loopback);
        Assert.Equal(Reason.TooManyConnections, await _log.RefusedAsync());
        var fault = await Assert.ThrowsAsync<SocketException>(
            () => third.ReceiveAsync(new byte[1]).WaitAsync(Completions.Patience));
        Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode);
        Assert.Equal(1, server.Refused[Reason.TooManyConnections]);

        first.Close();
        Dial(server, IPAddress.Loopback);
        await TakeAsync();
        Assert.Equal((2, 3L), (server.Open, server.Accepted));
    }

    [Fact]
    public async Task One_address_has_its_own_limit_and_others_are_not_touched_by_it()
    {
        await using var server = Start(
            new IPEndPoint(IPAddress.Any, 0), new AcceptLimits { ConnectionsPerAddressMax = 1 });
        Dial(server, IPAddress.Loopback);
        await TakeAsync();
        Dial(server, IPAddress.Loopback);
        Assert.Equal(Reason.TooManyConnectionsFromAddress, await _log.RefusedAsync());
        Dial(server, IPAddress.Loopback, from: IPAddress.Parse("127.0.0.3"));
        Assert.Equal(IPAddress.Parse("127.0.0.3"), (await TakeAsync()).Remote.Address);
    }

    [Fact]
    [Requirement("MED-9.5/descriptors")]
    public async Task Servers_that_share_the_books_of_all_connections_stay_below_them_together()
    {
        var all = new DescriptorLedger(placesMax: 2, reservedMax: 1);
        await using var one = Start(new IPEndPoint(IPAddress.Any, 0), descriptors: all);
        await using var other = Start(new IPEndPoint(IPAddress.Any, 0), descriptors: all);
        Dial(one, IPAddress.Loopback);
        var first = await TakeAsync();
        Dial(other, IPAddress.Loopback, from: IPAddress.Parse("127.0.0.3"));
        await TakeAsync();
        Dial(other, IPAddress.Loopback, from: IPAddress.Parse("127.0.0.4"));
        Assert.Equal(Reason.TooManyOpenFiles, await _log.RefusedAsync());
        Assert.Equal((2, 1, 1), (all.Open, one.Open, other.Open));

        first.Close();
        Dial(other, IPAddress.Loopback, from: IPAddress.Parse("127.0.0.4"));
        await TakeAsync();
        Assert.Equal((2, 0, 2), (all.Open, one.Open, other.Open));
    }

    [Fact]
    [Requirement("RTMP-14.6")]
    public async Task A_few_who_are_refused_are_handed_on_to_be_told_and_the_rest_are_reset()
    {
        await using var server = Start(limits: new AcceptLimits { ConnectionsMax = 1 }, toldMax: 1);
        Dial(server, IPAddress.Loopback);
        await TakeAsync();
        Dial(server, IPAddress.Loopback);
        Assert.Equal(Reason.TooManyConnections, await _log.RefusedAsync());
        var told = await TakeAsync();
        var reset = Dial(server, IPAddress.Loopback);
        Assert.Equal(Reason.TooManyConnections, await _log.RefusedAsync());
        await Assert.ThrowsAsync<SocketException>(() => reset.ReceiveAsync(new byte[1]).WaitAsync(Completions.Patience));
        told.Close();
        Dial(server, IPAddress.Loopback);
        await TakeAsync();
        Assert.Equal((1, 3L), (server.Open, server.Refused[Reason.TooManyConnections]));
    }

    [Fact]
    [Requirement("NET-2.2")]
    public async Task A_burst_larger_than_the_limit_is_accepted_whole_and_others_have_their_turn_within_it()
    {
        const int peers = 41; // the first holds the loop up until the rest are there: they are accepted in one go
        const int burst = 4;
        using var there = new ManualResetEventSlim();
        _log.OnAccepted = _ => there.Wait(Completions.Patience);
        await using var server = Start(limits: new AcceptLimits { AcceptBurstMax = burst });
        for (var i = 0; i < peers; i++)
        {
            Dial(server, IPAddress.Loopback);
        }

        there.Set();
        for (var i = 0; i < peers; i++)
        {
            await TakeAsync();
        }

        Assert.Equal(peers, server.Open);
        Assert.Equal(peers / burst, server.BurstsCut);
    }

    [Fact]
    [Requirement("NET-2.2")]
    public void By_default_sixteen_are_accepted_in_one_go() => Assert.Equal(16, new AcceptLimits().AcceptBurstMax);

    [Fact]
    public async Task Peers_that_are_gone_before_they_are_accepted_do_no_harm()
    {
        await using var server = Start();
        for (var i = 0; i < 20; i++)
        {
            var peer = Dial(server, IPAddress.Loopback);
            peer.LingerState = new LingerOption(true, 0);
            peer.Dispose();
        }

        var last = Dial(server, IPAddress.Loopback);
        while (!(await TakeAsync()).Remote.Equals(last.LocalEndPoint))
        {
        }
    }

    [Fact]
    public async Task A_fault_of_the_receiver_costs_one_connection_only()
    {
        var calls = 0;
        var log = new ServerLog { OnAccepted = PlantedFault };
        void PlantedFault(ITransport transport)
        {
            if (calls++ == 0)
            {
                throw new InvalidOperationException($"planted for {transport.Remote}");
            }
        }

        await using (var server = Serving.Start(log, _leaks))
        {
            var first = Dial(server, IPAddress.Loopback);
            Assert.Contains("planted", (await log.FaultAsync()).Message, StringComparison.Ordinal);
            Assert.Equal(1, server.Refused[Reason.LocalFault]);
            Assert.Equal(0, await first.ReceiveAsync(new byte[1]).WaitAsync(Completions.Patience));
            Dial(server, IPAddress.Loopback);
            _transports.Add(await log.AcceptedAsync());
            Assert.Equal(1, server.Open);
        }
    }

    [Fact]
    public async Task Stopping_refuses_new_connections_at_once_and_leaves_the_others_alone()
    {
        await using var server = Start();
        var peer = Dial(server, IPAddress.Loopback);
        var transport = await TakeAsync();
        server.StopAccepting();
        server.StopAccepting();
        Assert.Throws<SocketException>(() => Dial(server, IPAddress.Loopback));

        var events = new Completions();
        transport.Bind(events);
        Assert.Equal(IoResult.Completed(5), transport.Send(TcpPair.Pieces("still"u8.ToArray())));
        Assert.Equal(5, await peer.ReceiveAsync(new byte[8]).WaitAsync(Completions.Patience));
        Assert.Empty(events.Faults);
    }

    private TcpServer Start(IPEndPoint? listen = null, AcceptLimits? limits = null, DescriptorLedger? descriptors = null, int toldMax = 0)
    {
        var options = new TcpServerOptions
        {
            Listen = listen ?? new IPEndPoint(IPAddress.Loopback, 0),
            Limits = limits ?? new AcceptLimits(),
            Descriptors = descriptors,
            ToldMax = toldMax,
        };
        return Serving.Start(_log, _leaks, options: options);
    }

    private Reason Refusal(TcpServerOptions options)
    {
        Assert.False(TcpServer.TryStart(options, _log, _leaks, TimeProvider.System, out var server, out var why));
        Assert.Null(server);
        return why;
    }

    private Socket Dial(TcpServer server, IPAddress address, IPAddress? from = null)
    {
        var peer = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _peers.Add(peer);
        if (from is not null)
        {
            peer.Bind(new IPEndPoint(from, 0));
        }

        peer.Connect(address, server.Local.Port);
        return peer;
    }

    private async Task<ITransport> TakeAsync()
    {
        var transport = await _log.AcceptedAsync();
        _transports.Add(transport);
        return transport;
    }
}
