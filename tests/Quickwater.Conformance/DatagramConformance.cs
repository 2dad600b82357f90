using Quickwater.Core;
using Xunit;

namespace Quickwater.Conformance;

/// <summary>
/// What every <see cref="IDatagramSocket"/> must do. A socket's class derives this; the tests come with it. They use nothing but the contract, so a socket that passes
/// can carry any session.
/// </summary>
public abstract class DatagramConformance
{
    private const int Many = 100;

    /// <summary>Two sockets.</summary>
    protected abstract DatagramPair Open();

    [Fact]
    public void A_datagram_arrives_whole_and_with_who_sent_it()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        Assert.NotEqual(0, pair.Near.Local.Port);
        var bytes = Pattern(1200, 1);

        Assert.Equal(Reason.None, near.Send(pair.Far.Local, bytes));
        var (from, received) = far.Receive();
        Assert.Equal(pair.NearSeen, from);
        Assert.Equal(bytes, received);
        Assert.Equal(Reason.None, far.Send(from, "answer"u8));
        Assert.Equal("answer"u8.ToArray(), near.Receive().Bytes);
        NoStrays(near, far);
    }

    [Fact]
    public void A_receive_that_finds_nothing_is_told_when_it_may_find_something()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        Assert.Equal(DatagramStatus.Pending, far.TryReceive().Status);
        var told = far.ReadableTold;

        near.Send(pair.Far.Local, [1]);
        pair.Until(() => far.ReadableTold > told);
        Assert.Equal([1], far.Receive().Bytes);
        NoStrays(near, far);
    }

    [Fact]
    public void Every_datagram_is_told_of_also_when_the_last_was_long_ago()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        for (byte i = 0; i < 20; i++)
        {
            near.Send(pair.Far.Local, [i]);
            Assert.Equal([i], far.Receive().Bytes);
            Assert.Equal(DatagramStatus.Pending, far.TryReceive().Status);
        }

        NoStrays(near, far);
    }

    [Fact]
    public void Datagrams_of_one_batch_arrive_each_by_itself()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        var batch = new DatagramBatch(64 * 1024, Many);
        for (var i = 0; i < Many; i++)
        {
            Assert.True(batch.TryWrite(pair.Far.Local, Pattern(i % 10 == 9 ? 50 : 300, i))); // runs that a shorter one ends
        }

        near.Send(batch);
        Assert.Equal((Many, 0), (batch.Next, batch.Failures));
        for (var i = 0; i < Many; i++)
        {
            Assert.Equal(Pattern(i % 10 == 9 ? 50 : 300, i), far.Receive().Bytes);
        }

        NoStrays(near, far);
    }

    [Fact]
    public void Datagrams_of_one_batch_go_to_different_peers()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        var batch = new DatagramBatch(1000, 10);
        for (byte i = 0; i < 10; i++)
        {
            batch.TryWrite(i % 2 == 0 ? pair.Far.Local : pair.Near.Local, [i, i]);
        }

        near.Send(batch);
        for (byte i = 0; i < 10; i++)
        {
            Assert.Equal([i, i], (i % 2 == 0 ? far : near).Receive().Bytes);
        }
    }

    [Fact]
    public void An_empty_datagram_is_a_datagram()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        var batch = new DatagramBatch(100, 10);
        batch.TryWrite(pair.Far.Local, []);
        batch.TryWrite(pair.Far.Local, []);
        batch.TryWrite(pair.Far.Local, [7]);

        near.Send(batch);
        Assert.Equal([[], [], [7]], Enumerable.Range(0, 3).Select(_ => far.Receive().Bytes));
        NoStrays(near, far);
    }

    [Fact]
    public void The_longest_datagram_arrives_and_a_longer_one_fails_alone()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        var batch = new DatagramBatch(3 * DatagramBatch.DatagramBytesMax, 10);
        batch.TryWrite(pair.Far.Local, Pattern(DatagramBatch.DatagramBytesMax + 1, 1));
        batch.TryWrite(pair.Far.Local, Pattern(DatagramBatch.DatagramBytesMax, 2));

        near.Send(batch);
        Assert.Equal((2, 1, Reason.MessageTooLarge, Reason.None), (batch.Next, batch.Failures, batch.FailureOf(0), batch.FailureOf(1)));
        Assert.Equal(Pattern(DatagramBatch.DatagramBytesMax, 2), far.Receive().Bytes);
    }

    [Fact]
    public void Port_zero_fails_alone()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        var batch = new DatagramBatch(100, 10);
        batch.TryWrite(pair.Far.Local, [1]);
        batch.TryWrite(pair.Far.Local.WithPort(0), [2]);
        batch.TryWrite(pair.Far.Local, [3]);

        near.Send(batch);
        Assert.Equal((3, 1, Reason.AddressNotAvailable), (batch.Next, batch.Failures, batch.FailureOf(1)));
        Assert.Equal([[1], [3]], Enumerable.Range(0, 2).Select(_ => far.Receive().Bytes));
    }

    [Fact]
    public void What_goes_to_nobody_harms_no_other()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        for (byte i = 0; i < 10; i++)
        {
            near.Send(pair.Nobody, [0]);
            near.Send(pair.Far.Local, [i]);
            Assert.Equal([i], far.Receive().Bytes);
            far.Send(pair.NearSeen, [i]);
            Assert.Equal([i], near.Receive().Bytes); // also behind what the network says of nobody
        }

        NoStrays(near, far);
    }

    [Fact]
    public void A_closed_socket_receives_and_sends_nothing_and_says_so()
    {
        using var pair = Open();
        var (near, far) = Drive(pair);
        far.Send(pair.NearSeen, [1]);
        Assert.Equal([1], near.Receive().Bytes);
        near.Socket.Close();
        near.Socket.Close();

        Assert.Equal(DatagramStatus.Closed, near.TryReceive().Status);
        Assert.Equal(Reason.Disposed, near.Send(pair.Far.Local, [2]));
        Assert.Equal(DatagramStatus.Pending, far.TryReceive().Status);
        NoStrays(near, far);
    }

    [Fact]
    public void A_socket_has_one_user()
    {
        using var pair = Open();
        var (near, _) = Drive(pair);
        Assert.ThrowsAny<Exception>(() => near.Socket.Bind(near));
    }

    private static (DatagramDriver Near, DatagramDriver Far) Drive(DatagramPair pair) =>
        (new DatagramDriver(pair, pair.Near), new DatagramDriver(pair, pair.Far));

    private static void NoStrays(DatagramDriver near, DatagramDriver far) => Assert.Equal((0, 0), (near.Strays, far.Strays));

    private static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) + seed);
        }

        return bytes;
    }
}
