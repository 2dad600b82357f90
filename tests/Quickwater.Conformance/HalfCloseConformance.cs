using Quickwater.Core;
using Xunit;

namespace Quickwater.Conformance;

/// <summary>A transport whose two directions end apart, as TCP's do: closing ends what is sent as finishing does, unless its class says otherwise.</summary>
public abstract class HalfCloseConformance : TransportConformance
{
    /// <inheritdoc/>
    protected sealed override IoResult FinishSeen => IoResult.EndOfStream;

    /// <inheritdoc/>
    protected override IoResult CloseSeen => IoResult.EndOfStream;

    [Fact]
    public void A_side_that_has_finished_still_receives()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Send("question"u8);
        near.FinishSending();

        var (question, end) = far.ReceiveAll();
        Assert.Equal("question"u8.ToArray(), question);
        Assert.Equal(IoResult.EndOfStream, end);
        far.Send("answer"u8);
        far.FinishSending();

        var (answer, last) = near.ReceiveAll();
        Assert.Equal("answer"u8.ToArray(), answer);
        Assert.Equal(IoResult.EndOfStream, last);
        NoStrays(near, far);
    }

    [Fact]
    public void The_side_that_answers_may_finish_first()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        far.Send("banner"u8);
        far.FinishSending();

        var (banner, end) = near.ReceiveAll();
        Assert.Equal("banner"u8.ToArray(), banner);
        Assert.Equal(IoResult.EndOfStream, end);
        near.Send("late"u8);
        near.FinishSending();

        var (late, last) = far.ReceiveAll();
        Assert.Equal("late"u8.ToArray(), late);
        Assert.Equal(IoResult.EndOfStream, last);
        NoStrays(near, far);
    }
}
