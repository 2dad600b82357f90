using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A fault on a thread that many connections share ends the one that caused it, and is reported with its stack.</summary>
[Requirement("MED-9.8")]
public sealed class FaultBarrierTests
{
    private const byte Byte = 7;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task What_the_user_of_a_transport_throws_on_a_sockets_thread_ends_that_transport_only(bool epoll, bool throwsAgain)
    {
        using var loops = epoll && EpollLoops.IsSupported ? new EpollLoops(1) : null;
        var (log, leaks) = (new ServerLog(), new LeakCounters());
        var options = new TcpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        Assert.True(TcpServer.TryStart(options, log, leaks, TimeProvider.System, out var server, out var why, loops), why.Text());
        using var bad = new TcpClient();
        await bad.ConnectAsync(server.Local);
        var thrower = new Thrower(throwsAgain);
        var transport = await log.AcceptedAsync();
        transport.Bind(thrower);
        Assert.Equal(IoStatus.Pending, transport.Receive(new byte[1]).Status);
        await using (var good = await TcpPair.OpenAsync(loops: loops)) // on the same loop
        {
            await bad.GetStream().WriteAsync(new byte[] { Byte });
            var fault = await thrower.Fault.WaitAsync(Completions.Patience);
            Assert.Contains(nameof(Thrower), fault.StackTrace, StringComparison.Ordinal);
            Assert.Equal(0, await bad.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Completions.Patience));

            var buffer = new byte[1];
            var receiving = good.ReceiveAsync(buffer);
            await good.Peer.SendAsync(new byte[] { Byte });
            Assert.Equal((IoResult.Completed(1), Byte), (await receiving, buffer[0]));
        }

        await server.DisposeAsync();
        Assert.True(SpinWait.SpinUntil(() => leaks.Read().IsZero, Completions.Patience), leaks.Read().ToString());
        Assert.Equal(0, server.Open);
    }

    [Fact]
    public async Task Whatever_who_is_told_of_accepts_throws_the_next_connection_is_accepted_and_places_come_back()
    {
        var (events, leaks) = (new Throwing(), new LeakCounters());
        var options = new TcpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Limits = new AcceptLimits { ConnectionsMax = 1 } };
        Assert.True(TcpServer.TryStart(options, events, leaks, TimeProvider.System, out var server, out var why), why.Text());
        for (var i = 0; i < 3; i++)
        {
            using var first = new TcpClient();
            await first.ConnectAsync(server.Local);
            await Until.HoldsAsync(() => server.Open == 1, Completions.Patience, "the first is accepted");
            await ConnectInVainAsync(server.Local); // told of by a call that throws
            await Until.HoldsAsync(() => events.Refusals == i + 1, Completions.Patience, "the second is refused");
            events.Transport?.Close();
        }

        events.Accepts = false; // now that call throws too
        using var last = new TcpClient();
        await last.ConnectAsync(server.Local);
        Assert.Equal(0, await last.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Completions.Patience));
        await Until.HoldsAsync(() => server.Open == 0, Completions.Patience, "its place came back");
        await server.DisposeAsync();
        Assert.Equal(4, events.Faults);
        Assert.Equal(4, server.Refused[Reason.LocalFault]);
        Assert.True(leaks.Read().IsZero, leaks.Read().ToString());
    }

    private static async Task ConnectInVainAsync(IPEndPoint to)
    {
        using var peer = new TcpClient();
        try
        {
            await peer.ConnectAsync(to);
        }
        catch (SocketException)
        {
            // It was reset before the call returned.
        }
    }

    private sealed class Thrower(bool again) : ITransportEvents
    {
        private readonly TaskCompletionSource<Exception> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception> Fault => _fault.Task;

        public void ReceiveCompleted(IoResult result) => throw new InvalidOperationException("planted");

        public void SendCompleted(IoResult result) => throw new InvalidOperationException("planted");

        public void Faulted(Exception fault)
        {
            _fault.TrySetResult(fault);
            if (again)
            {
                throw new InvalidOperationException("planted where it is reported");
            }
        }
    }

    private sealed class Throwing : ITcpServerEvents
    {
        private int _refusals;
        private int _faults;

        public bool Accepts { get; set; } = true;

        public ITransport? Transport { get; private set; }

        public int Refusals => Volatile.Read(ref _refusals);

        public int Faults => Volatile.Read(ref _faults);

        public void Accepted(ITransport transport)
        {
            if (!Accepts)
            {
                throw new InvalidOperationException("planted");
            }

            Transport = transport;
            transport.Bind(new Completions());
        }

        public void Refused(IPEndPoint remote, Reason why)
        {
            Interlocked.Increment(ref _refusals);
            throw new InvalidOperationException("planted");
        }

        public void AcceptFailing(Reason why, SocketError error) => throw new InvalidOperationException("planted");

        public void AcceptRecovered(long failures) => throw new InvalidOperationException("planted");

        public void Faulted(IPEndPoint? remote, Exception fault)
        {
            Interlocked.Increment(ref _faults);
            throw new InvalidOperationException("planted where it is reported");
        }
    }
}
