using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>The tests over the runtime's sockets.</summary>
public sealed class RuntimeSocketTests : TcpTransportTests
{
    protected override EpollLoops? Loops => null;

    [Fact]
    public async Task Small_sends_are_not_delayed()
    {
        await using var pair = await OpenAsync();
        Assert.True(Assert.IsType<TcpTransport>(pair.Transport).NoDelay);
    }
}

/// <summary>The same over the epoll loops, where this machine has them.</summary>
public sealed class EpollSocketTests : TcpTransportTests
{
    protected override EpollLoops? Loops => TestLoops.Shared;
}

/// <summary>What a TCP transport does beyond the conformance suite.</summary>
public abstract class TcpTransportTests
{
    protected abstract EpollLoops? Loops { get; }

    private protected Task<TcpPair> OpenAsync(IPAddress? address = null) => TcpPair.OpenAsync(address, Loops);

    public static TheoryData<string> Families => ["127.0.0.1", "::1"];

    [Theory]
    [MemberData(nameof(Families))]
    [Requirement("AUD-2.1/families")]
    public async Task Bytes_go_both_ways_on_both_families(string address)
    {
        await using var pair = await OpenAsync(IPAddress.Parse(address));
        Assert.Equal(pair.Peer.LocalEndPoint, pair.Transport.Remote);
        Assert.Equal(pair.Peer.RemoteEndPoint, pair.Transport.Local);

        var up = TcpPair.Noise(5_000);
        await pair.Peer.SendAsync(up);
        var got = new byte[up.Length];
        for (var have = 0; have < up.Length;)
        {
            var result = await pair.ReceiveAsync(got.AsMemory(have));
            Assert.Equal(IoStatus.Completed, result.Status);
            have += result.Bytes;
        }

        Assert.Equal(up, got);

        var down = TcpPair.Noise(7_000, 2);
        Assert.Equal(IoResult.Completed(7_000), await pair.SendAsync(TcpPair.Pieces(down)));
        Assert.Equal(down, await pair.PeerReadsAsync(down.Length));
    }

    [Fact]
    [Requirement("NET-2.1")]
    public async Task What_can_be_done_at_once_is_done_in_the_call_and_never_called_back()
    {
        await using var pair = await OpenAsync();
        await pair.Peer.SendAsync("hello"u8.ToArray());
        Assert.Equal(IoResult.Completed(0), await pair.ReceiveAsync(Memory<byte>.Empty));
        var before = pair.Events.Receives;

        Assert.Equal(IoResult.Completed(0), pair.Transport.Receive(Memory<byte>.Empty));
        Assert.Equal(IoResult.Completed(2), pair.Transport.Receive(new byte[2]));
        Assert.Equal(IoResult.Completed(3), pair.Transport.Receive(new byte[64]));
        Assert.Equal(IoResult.Completed(4), pair.Transport.Send(TcpPair.Pieces("back"u8.ToArray())));
        Assert.Equal("back"u8.ToArray(), await pair.PeerReadsAsync(4));

        // A later completion would have come after these: the counts stay what they were.
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(Memory<byte>.Empty).Status);
        await pair.Peer.SendAsync("x"u8.ToArray());
        await pair.Events.ReceivedAsync();
        Assert.Equal(before + 1, pair.Events.Receives);
        Assert.Equal(0, pair.Events.Sends);
    }

    [Fact]
    public async Task A_wait_takes_no_bytes_and_completes_with_zero()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(Memory<byte>.Empty).Status);
        await pair.Peer.SendAsync("abc"u8.ToArray());
        Assert.Equal(IoResult.Completed(0), await pair.Events.ReceivedAsync());
        Assert.Equal(IoResult.Completed(3), pair.Transport.Receive(new byte[8]));
    }

    [Fact]
    public async Task A_wait_completes_at_the_end_of_the_stream_and_the_receive_tells_it()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(Memory<byte>.Empty).Status);
        pair.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(IoResult.Completed(0), await pair.Events.ReceivedAsync());
        Assert.Equal(IoResult.EndOfStream, pair.Transport.Receive(new byte[8]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    [Requirement("RTMP-6.2", "AUD-2.2")]
    public async Task Gathered_pieces_arrive_in_order(int count)
    {
        await using var pair = await OpenAsync();
        var pieces = Enumerable.Range(1, count).Select(n => TcpPair.Noise(5_000 + (n * 37), (ulong)n)).ToArray();
        var expected = pieces.SelectMany(one => one).ToArray();
        var reading = pair.PeerReadsAsync(expected.Length);
        Assert.Equal(IoResult.Completed(expected.Length), await pair.SendAsync(TcpPair.Pieces(pieces)));
        Assert.Equal(expected, await reading);
    }

    [Fact]
    [Requirement("AUD-2.2/writes")]
    public async Task A_send_larger_than_the_kernel_takes_completes_when_the_peer_reads()
    {
        await using var pair = await OpenAsync();
        pair.Transport.LimitUnsent(16 * 1024);
        var pieces = Enumerable.Range(1, 40).Select(n => TcpPair.Noise(512 * 1024, (ulong)n)).ToArray();
        var batch = TcpPair.Pieces(pieces);
        Assert.Equal(IoStatus.Pending, pair.Transport.Send(batch).Status);
        Assert.Equal(0, pair.Events.Sends);
        var expected = pieces.SelectMany(one => one).ToArray();
        var got = await pair.PeerReadsAsync(batch.Bytes);
        Assert.True(expected.AsSpan().SequenceEqual(got));
        Assert.Equal(IoResult.Completed(batch.Bytes), await pair.Events.SentAsync());
        Assert.Equal(1, pair.Events.Sends);
    }

    [Fact]
    [Requirement("NET-2.5", "NET-1.3")]
    public async Task A_reset_ends_the_receive_and_the_send_in_flight_each_once()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(new byte[16]).Status);
        pair.FillUntilPending();
        pair.ResetByPeer();

        // Linux tells the reset to whichever comes first; a receive that comes second sees the end of the stream.
        var received = await pair.Events.ReceivedAsync();
        Assert.True(received == IoResult.Failed(Reason.ConnectionReset) || received == IoResult.EndOfStream, received.ToString());
        Assert.Equal(IoResult.Failed(Reason.ConnectionReset), await pair.Events.SentAsync());

        Assert.Equal(IoStatus.Failed, (await pair.SendAsync(TcpPair.Pieces("late"u8.ToArray()))).Status);
        pair.Transport.Close();
        Assert.Equal((1, 1), (pair.Events.Receives, pair.Events.Sends));
    }

    [Fact]
    public async Task After_a_half_close_the_other_direction_lives_on()
    {
        await using var pair = await OpenAsync();
        pair.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(IoResult.EndOfStream, await pair.ReceiveAsync(new byte[8]));
        Assert.Equal(IoResult.Completed(6), await pair.SendAsync(TcpPair.Pieces("answer"u8.ToArray())));
        pair.Transport.FinishSending();
        Assert.Equal("answer"u8.ToArray(), await pair.PeerReadsAsync(6));
        Assert.Equal(0, await pair.Peer.ReceiveAsync(new byte[8]).WaitAsync(Completions.Patience));
    }

    [Fact]
    public async Task Finishing_and_discarding_the_input_first_delivers_the_last_answer()
    {
        await using var pair = await OpenAsync();
        await pair.Peer.SendAsync(TcpPair.Noise(10_000));
        Assert.Equal(IoResult.Completed(4), await pair.SendAsync(TcpPair.Pieces("last"u8.ToArray())));
        pair.Transport.FinishSending();
        pair.Peer.Shutdown(SocketShutdown.Send);
        while ((await pair.ReceiveAsync(new byte[4096])).Status == IoStatus.Completed)
        {
        }

        pair.Transport.Close();
        Assert.Equal("last"u8.ToArray(), await pair.PeerReadsAsync(4));
        Assert.Equal(0, await pair.Peer.ReceiveAsync(new byte[8]).WaitAsync(Completions.Patience));
    }

    [Fact]
    public async Task Closing_with_unread_input_resets_the_peer()
    {
        await using var pair = await OpenAsync();
        await pair.Peer.SendAsync("unread"u8.ToArray());
        Assert.Equal(IoResult.Completed(0), await pair.ReceiveAsync(Memory<byte>.Empty));
        pair.Transport.Close();
        var fault = await Assert.ThrowsAsync<SocketException>(
            () => pair.Peer.ReceiveAsync(new byte[8]).WaitAsync(Completions.Patience));
        Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode);
    }

    [Fact]
    [Requirement("AUD-1.1/once", "AUD-1.4")]
    public async Task Close_brings_both_operations_home_once_and_counts_the_socket_once()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(2, pair.Leaks.Sockets.Count); // the listener's and this one
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(new byte[16]).Status);
        pair.FillUntilPending();

        Completions.InsideCall = true;
        pair.Transport.Close();
        pair.Transport.Close();
        Completions.InsideCall = false;

        Assert.Equal(IoResult.Failed(Reason.Disposed), await pair.Events.ReceivedAsync());
        Assert.Equal(IoResult.Failed(Reason.Disposed), await pair.Events.SentAsync());
        await pair.OnlyTheListenerIsOpenAsync();
        Assert.Equal((1, 1), (pair.Events.Receives, pair.Events.Sends));
    }

    [Fact]
    public async Task Closing_with_a_send_in_flight_resets_the_peer_and_frees_the_kernels_buffers()
    {
        await using var pair = await OpenAsync();
        pair.FillUntilPending();
        pair.Transport.Close();
        await pair.Events.SentAsync();
        var fault = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await pair.Peer.ReceiveAsync(new byte[64 * 1024]).WaitAsync(Completions.Patience) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode);
    }

    [Fact]
    public async Task After_close_every_operation_fails_in_its_call()
    {
        await using var pair = await OpenAsync();
        pair.Transport.Close();
        Assert.Equal(IoResult.Failed(Reason.Disposed), pair.Transport.Receive(new byte[8]));
        Assert.Equal(IoResult.Failed(Reason.Disposed), pair.Transport.Send(TcpPair.Pieces("x"u8.ToArray())));
        pair.Transport.FinishSending();
        pair.Transport.LimitUnsent(1);
        Assert.Equal(0, pair.Transport.UnacknowledgedBytes);
        Assert.Equal((0, 0), (pair.Events.Receives, pair.Events.Sends));
    }

    [Fact]
    [Requirement("AUD-1.1/once")]
    public async Task Close_from_many_threads_while_operations_start_closes_once()
    {
        for (var round = 0; round < 50; round++)
        {
            await using var pair = await OpenAsync();
            using var ready = new Barrier(4);
            var user = Task.Run(() =>
            {
                ready.SignalAndWait();
                var pending = pair.Transport.Receive(new byte[16]).Status == IoStatus.Pending ? 1 : 0;
                pair.Transport.Send(TcpPair.Pieces("hello"u8.ToArray()));
                return pending;
            });
            var closers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                ready.SignalAndWait();
                pair.Transport.Close();
            })).ToArray();
            await Task.WhenAll(closers).WaitAsync(Completions.Patience);
            if (await user.WaitAsync(Completions.Patience) == 1)
            {
                await pair.Events.ReceivedAsync();
            }

            await pair.OnlyTheListenerIsOpenAsync();
        }
    }

    [Fact]
    public async Task Two_receives_at_a_time_are_a_fault_of_the_caller()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(IoStatus.Pending, pair.Transport.Receive(new byte[8]).Status);
        Assert.Throws<InvalidOperationException>(() => pair.Transport.Receive(new byte[8]));
        Assert.Throws<InvalidOperationException>(() => pair.Transport.Bind(pair.Events));
    }

    [LinuxFact]
    public async Task Unacknowledged_bytes_are_what_the_peer_has_not_taken()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(0, pair.Transport.UnacknowledgedBytes);
        pair.FillUntilPending();
        Assert.True(pair.Transport.UnacknowledgedBytes > 64 * 1024);
    }

    [LinuxFact]
    public async Task A_bound_on_unsent_bytes_keeps_the_kernels_backlog_small()
    {
        long without, with;
        await using (var pair = await OpenAsync())
        {
            pair.FillUntilPending();
            without = pair.Transport.UnacknowledgedBytes;
        }

        await using (var pair = await OpenAsync())
        {
            pair.Transport.LimitUnsent(16 * 1024);
            pair.FillUntilPending();
            with = pair.Transport.UnacknowledgedBytes;
        }

        Assert.True(with < 256 * 1024 && with * 4 < without, $"{with} bytes with the bound, {without} without");
    }
}
