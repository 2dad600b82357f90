using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A fault on a thread that many connections share ends the one that caused it, and is reported with its stack.</summary>
[Requirement("MED-9.8")]
public sealed class FaultBarrierTests
{
    private const byte Byte = 7;

    public static TheoryData<bool, bool> Kinds => TestLoops.With(false, true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_fault_in_a_transports_callback_ends_that_transport_only(bool throwsAgain, bool epoll)
    {
        using var loops = epoll ? new EpollLoops(1) : null;
        var (log, leaks) = (new ServerLog(), new LeakCounters());
        await using var server = Serving.Start(log, leaks, loops);
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
        await leaks.NothingIsLeftAsync();
        await Until.HoldsAsync(() => server.Open == 0, Completions.Patience, "its place came back"); // the socket is counted out before its place
    }

    [Fact]
    public async Task When_the_servers_observer_throws_the_next_connection_is_accepted_and_places_come_back()
    {
        var (events, leaks) = (new Throwing(), new LeakCounters());
        await using var server = Serving.Start(events, leaks, options: Serving.AnyPort with { Limits = new AcceptLimits { ConnectionsMax = 1 } });
        for (var i = 0; i < 3; i++)
        {
            using var first = new TcpClient();
            await first.ConnectAsync(server.Local);
            var transport = await events.AcceptedAsync();
            using (await ConnectInVainAsync(server.Local)) // told of by a call that throws
            {
                await Until.HoldsAsync(() => events.Refusals == i + 1, Completions.Patience, "the second is refused");
            }

            transport.Close();
            await Until.HoldsAsync(() => server.Open == 0, Completions.Patience, "its place came back");
        }

        events.Accepts = false; // now that call throws too
        using var last = new TcpClient();
        await last.ConnectAsync(server.Local);
        Assert.Equal(0, await last.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Completions.Patience));
        await Until.HoldsAsync(() => server.Open == 0, Completions.Patience, "its place came back");
        await server.DisposeAsync();
        Assert.Equal(4, events.Faults);
        Assert.Equal(4, server.Refused[Reason.LocalFault]);
        await leaks.NothingIsLeftAsync();
    }

    private static async Task<TcpClient> ConnectInVainAsync(IPEndPoint to)
    {
        var peer = new TcpClient();
        try
        {
            await peer.ConnectAsync(to);
        }
        catch (SocketException)
        {
            // It was reset before the call returned.
        }

        return peer;
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
        private readonly Channel<ITransport> _accepted = Channel.CreateUnbounded<ITransport>();
        private int _refusals;
        private int _faults;

        public bool Accepts { get; set; } = true;

        public int Refusals => Volatile.Read(ref _refusals);

        public int Faults => Volatile.Read(ref _faults);

        public Task<ITransport> AcceptedAsync() => _accepted.Reader.ReadAsync().AsTask().WaitAsync(Completions.Patience);

        public void Accepted(ITransport transport)
        {
            if (!Accepts)
            {
                throw new InvalidOperationException("planted");
            }

            transport.Bind(new Completions());
            _accepted.Writer.TryWrite(transport);
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
