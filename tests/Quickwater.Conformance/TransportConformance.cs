using Quickwater.Core;
using Xunit;

namespace Quickwater.Conformance;

/// <summary>
/// What every <see cref="ITransport"/> must do, whether it can end one direction alone or only both. A transport's class derives
/// <see cref="HalfCloseConformance"/> or <see cref="WholeCloseConformance"/>; the tests come with it. They use nothing but the contract,
/// so a transport that passes can carry any session.
/// </summary>
public abstract class TransportConformance
{
    /// <summary>More bytes than the transport buffers on both sides together.</summary>
    protected virtual int PlentyBytes => 16 << 20;

    /// <summary>What a side sees when the other has finished. The side that finished sees the end of the stream in any case.</summary>
    protected abstract IoResult FinishSeen { get; }

    /// <summary>What a side sees, behind the bytes, when the other has closed without having finished.</summary>
    protected abstract IoResult CloseSeen { get; }

    /// <summary>Two ends of a new connection.</summary>
    protected abstract TransportPair Connect();

    [Fact]
    public void Bytes_arrive_as_they_were_sent()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var bytes = Pattern(10_000);

        Assert.Equal(IoResult.Completed(bytes.Length), near.Send(bytes));
        Assert.Equal(bytes, far.ReceiveExactly(bytes.Length));
        Assert.Equal(IoResult.Completed(5), far.Send("hello"u8));
        Assert.Equal("hello"u8.ToArray(), near.ReceiveExactly(5));
        NoStrays(near, far);
    }

    [Fact]
    public void A_receive_that_finds_bytes_completes_with_them()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Send("ab"u8);
        Assert.Equal(IoResult.Completed(0), far.Receive(Memory<byte>.Empty)); // the bytes are there now

        var buffer = new byte[100];
        var result = far.Receive(buffer);

        Assert.Equal(IoStatus.Completed, result.Status);
        Assert.InRange(result.Bytes, 1, 2);
        NoStrays(near, far);
    }

    [Fact]
    public void An_empty_receive_waits_for_bytes_and_takes_none()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var waiting = far.StartReceive(Memory<byte>.Empty);
        Assert.Equal(IoStatus.Pending, waiting.Status);

        near.Send("x"u8);

        Assert.Equal(IoResult.Completed(0), far.Outcome(waiting));
        Assert.Equal("x"u8.ToArray(), far.ReceiveExactly(1));
        NoStrays(near, far);
    }

    [Fact]
    public void An_empty_receive_also_ends_at_the_end()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var waiting = far.StartReceive(Memory<byte>.Empty);

        near.FinishSending();

        Assert.Equal(IoResult.Completed(0), far.Outcome(waiting));
        Assert.Equal(FinishSeen, far.Receive(new byte[10]));
        Assert.Equal(FinishSeen, far.Receive(new byte[10])); // an end stays
        NoStrays(near, far);
    }

    [Fact]
    public void Bytes_can_be_received_one_at_a_time()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var bytes = Pattern(100);
        near.Send(bytes);
        near.FinishSending();

        var (received, end) = far.ReceiveAll(bufferBytes: 1);

        Assert.Equal(bytes, received);
        Assert.Equal(FinishSeen, end);
        NoStrays(near, far);
    }

    [Fact]
    public void A_batch_of_many_parts_arrives_in_order()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var batch = new SendBatch();
        batch.Begin(1 << 20);
        var owner = new CountingOwner();
        var expected = new List<byte>();
        for (var i = 0; i < 20; i++)
        {
            var copied = Pattern(10 + i);
            var shared = Pattern(3000 + i);
            batch.Write(copied);
            batch.Reference(shared, owner);
            expected.AddRange(copied);
            expected.AddRange(shared);
        }

        var sending = near.StartSend(batch);
        var received = far.ReceiveExactly(expected.Count);

        Assert.Equal(IoResult.Completed(expected.Count), near.SendOutcome(sending));
        Assert.Equal(expected, received);
        Assert.Equal(20, owner.References);
        batch.Release();
        Assert.Equal(0, owner.References);
        NoStrays(near, far);
    }

    [Fact]
    public void A_send_larger_than_the_kernel_takes_waits_for_the_reader()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var bytes = Pattern(PlentyBytes);
        var batch = Batch(bytes);

        var sending = near.StartSend(batch);
        Assert.Equal(IoStatus.Pending, sending.Status);
        var received = far.ReceiveExactly(bytes.Length);

        Assert.Equal(IoResult.Completed(bytes.Length), near.SendOutcome(sending));
        Assert.True(bytes.AsSpan().SequenceEqual(received));
        batch.Release();
        NoStrays(near, far);
    }

    [Fact]
    public void Both_directions_carry_at_once()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var there = Pattern(PlentyBytes);
        var back = Pattern(PlentyBytes + 1);
        var (one, other) = (Batch(there), Batch(back));

        var sending = near.StartSend(one);
        var answering = far.StartSend(other);
        var received = far.ReceiveExactly(there.Length);
        var answered = near.ReceiveExactly(back.Length);

        Assert.Equal(IoStatus.Completed, near.SendOutcome(sending).Status);
        Assert.Equal(IoStatus.Completed, far.SendOutcome(answering).Status);
        Assert.True(there.AsSpan().SequenceEqual(received));
        Assert.True(back.AsSpan().SequenceEqual(answered));
        one.Release();
        other.Release();
        NoStrays(near, far);
    }

    [Fact]
    public void Finishing_and_discarding_input_keeps_the_answers()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var answers = Pattern(50_000);
        var input = Batch(Pattern(40_000)); // what the far side has not read when it answers and finishes
        var output = Batch(answers);
        var asking = near.StartSend(input);
        var answering = far.StartSend(output);
        var received = near.ReceiveExactly(answers.Length);
        Assert.Equal(IoStatus.Completed, far.SendOutcome(answering).Status);
        far.FinishSending();

        // The orderly way: discard until the peer's end, then close.
        far.ReceiveExactly(40_000);
        Assert.Equal(IoStatus.Completed, near.SendOutcome(asking).Status);
        Assert.Equal(FinishSeen, near.Receive(new byte[10]));
        near.FinishSending();
        Assert.Equal(IoResult.EndOfStream, far.Receive(new byte[10]));
        far.Close();

        Assert.Equal(answers, received);
        input.Release();
        output.Release();
        NoStrays(near, far);
    }

    [Fact]
    public void A_reset_fails_the_receive_in_flight()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var waiting = far.StartReceive(new byte[100]);
        Assert.Equal(IoStatus.Pending, waiting.Status);

        pair.ResetFromNear();

        var result = far.Outcome(waiting);
        Assert.Equal(IoStatus.Failed, result.Status);
        Assert.Equal(Fault.Transport, Reasons.Describe(result.Reason).Fault);
        NoStrays(near, far);
    }

    [Fact]
    public void A_reset_with_a_send_in_flight_fails_it_once_and_returns_the_batch()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var batch = Batch(Pattern(PlentyBytes));
        var sending = far.StartSend(batch);
        Assert.Equal(IoStatus.Pending, sending.Status);

        pair.ResetFromNear();

        var result = far.SendOutcome(sending);
        Assert.Equal(IoStatus.Failed, result.Status);
        Assert.Equal(Fault.Transport, Reasons.Describe(result.Reason).Fault);
        Assert.Equal(PlentyBytes, batch.Bytes); // the transport took nothing out of it
        batch.Release();
        far.Close();
        NoStrays(near, far);
    }

    [Fact]
    public void Closing_completes_what_is_in_flight_as_failed()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        var batch = Batch(Pattern(PlentyBytes));
        var sending = near.StartSend(batch);
        var receiving = near.StartReceive(new byte[100]);
        Assert.Equal(IoStatus.Pending, sending.Status);
        Assert.Equal(IoStatus.Pending, receiving.Status);

        near.Close();

        Assert.Equal(IoStatus.Failed, near.SendOutcome(sending).Status);
        Assert.Equal(IoStatus.Failed, near.Outcome(receiving).Status);
        batch.Release();
        NoStrays(near, far);
    }

    [Fact]
    public void Closing_twice_is_closing_once()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Close();
        near.Close();

        Assert.Equal(IoStatus.Failed, near.Receive(new byte[10]).Status);
        near.Close();
        Assert.NotEqual(IoStatus.Completed, far.Receive(new byte[10]).Status);
        NoStrays(near, far);
    }

    [Fact]
    public void Closing_behind_sent_bytes_with_no_input_waiting_delivers_them()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Send("goodbye"u8);
        near.Close();

        var (bytes, end) = far.ReceiveAll();

        Assert.Equal("goodbye"u8.ToArray(), bytes);
        Assert.Equal(CloseSeen, end);
        NoStrays(near, far);
    }

    [Fact]
    public void Finishing_twice_or_after_close_does_no_harm()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.FinishSending();
        near.FinishSending();
        Assert.Equal(FinishSeen, far.Receive(new byte[10]));
        near.Close();
        near.FinishSending();
        NoStrays(near, far);
    }

    [Fact]
    public void A_bound_on_unsent_bytes_loses_nothing()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Transport.LimitUnsent(16 * 1024);
        var bytes = Pattern(PlentyBytes);
        var batch = Batch(bytes);

        var sending = near.StartSend(batch);
        var received = far.ReceiveExactly(bytes.Length);

        Assert.Equal(IoResult.Completed(bytes.Length), near.SendOutcome(sending));
        Assert.True(bytes.AsSpan().SequenceEqual(received));
        Assert.True(near.Transport.UnacknowledgedBytes >= 0);
        batch.Release();
        NoStrays(near, far);
    }

    [Fact]
    public void Both_ends_know_each_other()
    {
        using var pair = Connect();
        Assert.Equal(pair.Near.Local.Port, pair.Far.Remote.Port);
        Assert.Equal(pair.Near.Remote.Port, pair.Far.Local.Port);
    }

    protected static (TransportDriver Near, TransportDriver Far) Drive(TransportPair pair) =>
        (new TransportDriver(pair, pair.Near), new TransportDriver(pair, pair.Far));

    protected static void NoStrays(TransportDriver near, TransportDriver far)
    {
        Assert.Equal(0, near.StrayCompletions);
        Assert.Equal(0, far.StrayCompletions);
    }

    protected static SendBatch Batch(byte[] bytes)
    {
        var batch = new SendBatch();
        batch.Begin(bytes.Length);
        batch.Reference(bytes, new CountingOwner());
        return batch;
    }

    protected static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Rng((ulong)length).Fill(bytes);
        return bytes;
    }

    private sealed class CountingOwner : ISharedBytes
    {
        private int _references;

        internal int References => Volatile.Read(ref _references);

        public void Retain() => Interlocked.Increment(ref _references);

        public void Release() => Interlocked.Decrement(ref _references);
    }
}
