using Xunit;

namespace Quickwater.Core.Tests;

public sealed class DatagramBatchTests
{
    private const int Port = 7777;

    private static readonly DatagramAddress One = new([192, 0, 2, 1], Port);
    private static readonly DatagramAddress Other = new([192, 0, 2, 2], Port);

    [Fact]
    public void Datagrams_keep_their_bytes_and_where_they_go_also_empty_ones()
    {
        var batch = new DatagramBatch(100, 10);
        Assert.True(batch.TryWrite(One, [1, 2, 3]));
        batch.Reserve(50)[0] = 9; // more than is committed
        batch.Commit(Other, 1);
        Assert.True(batch.TryWrite(One, []));

        Assert.Equal((3, 4, 96), (batch.Count, batch.Bytes, batch.Room));
        Assert.Equal([1, 2, 3], batch.SpanOf(0).ToArray());
        Assert.Equal([9], batch.MemoryOf(1).ToArray());
        Assert.Equal([1, 2, 3, 9], batch.SpanOf(0, 3).ToArray());
        Assert.Equal((One, Other, One), (batch.To(0), batch.To(1), batch.To(2)));
        Assert.True(batch.SpanOf(2).IsEmpty);
    }

    [Fact]
    public void A_batch_is_bounded_in_bytes_and_in_datagrams()
    {
        var batch = new DatagramBatch(10, 3);
        Assert.False(batch.TryWrite(One, new byte[11]));
        Assert.True(batch.TryWrite(One, new byte[10]));
        Assert.False(batch.TryWrite(One, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Reserve(1).Clear());
        Assert.True(batch.TryWrite(One, []));
        Assert.True(batch.TryWrite(One, []));

        Assert.True(batch.IsFull);
        Assert.False(batch.TryWrite(One, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Reserve(0).Clear());
        batch.Clear();
        Assert.Equal((true, 10), (batch.IsEmpty, batch.Room));
    }

    [Fact]
    public void What_was_reserved_is_committed_once_and_no_more_of_it()
    {
        var batch = new DatagramBatch(100, 10);
        batch.Reserve(5).Clear();
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Commit(One, 6));
        batch.Commit(One, 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Commit(One, 0));
    }

    [Fact]
    public void Neighbours_to_one_address_and_of_one_size_leave_together_and_a_shorter_one_ends_them()
    {
        var batch = new DatagramBatch(1000, 100);
        int[] lengths = [8, 8, 8, 3, 8, 0, 0, 9];
        foreach (var length in lengths)
        {
            batch.TryWrite(One, new byte[length]);
        }

        batch.TryWrite(Other, new byte[9]);

        Assert.Equal(4, batch.RunAt(0)); // three whole ones and the short one
        Assert.Equal(1, batch.RunAt(3)); // nothing may follow what is longer
        Assert.Equal(1, batch.RunAt(4)); // an empty one stands for itself
        Assert.Equal(1, batch.RunAt(5));
        Assert.Equal(1, batch.RunAt(7)); // the next goes elsewhere
        Assert.Equal(1, batch.RunAt(8));
    }

    [Fact]
    public void No_more_leave_together_than_one_send_may_carry()
    {
        var many = new DatagramBatch(1000, 100);
        for (var i = 0; i < 100; i++)
        {
            many.TryWrite(One, new byte[2]);
        }

        Assert.Equal(DatagramBatch.SegmentsMax, many.RunAt(0));
        Assert.Equal(100 - DatagramBatch.SegmentsMax, many.RunAt(DatagramBatch.SegmentsMax));

        const int large = 30_000;
        var big = new DatagramBatch(3 * large, 3);
        for (var i = 0; i < 3; i++)
        {
            big.TryWrite(One, new byte[large]);
        }

        Assert.Equal(2, big.RunAt(0)); // three are more than 65,507 bytes
    }

    [Fact]
    public void The_socket_is_done_with_one_after_another_and_says_which_failed()
    {
        var batch = new DatagramBatch(100, 10);
        for (var i = 0; i < 4; i++)
        {
            batch.TryWrite(One, [1]);
        }

        batch.Advance(2);
        batch.Fail(Reason.MessageTooLarge);
        batch.Advance(1);

        Assert.Equal((4, 1), (batch.Next, batch.Failures));
        Assert.Equal((Reason.None, Reason.MessageTooLarge, Reason.None), (batch.FailureOf(1), batch.FailureOf(2), batch.FailureOf(3)));
        Assert.Throws<InvalidOperationException>(() => batch.Fail(Reason.MessageTooLarge));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Advance(1));
    }
}
