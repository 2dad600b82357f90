using Quickwater.Core;
using Xunit;

namespace Quickwater.Conformance;

/// <summary>
/// A transport whose directions end together, as a WebSocket's do: a close frame asks for the end of both and is answered by the transport
/// itself, and a close without one is not an orderly end.
/// </summary>
public abstract class WholeCloseConformance : TransportConformance
{
    /// <inheritdoc/>
    protected sealed override IoResult FinishSeen => IoResult.Failed(Reason.PeerClosed);

    /// <inheritdoc/>
    protected sealed override IoResult CloseSeen => IoResult.Failed(Reason.ConnectionReset);

    [Fact]
    public void Finishing_ends_both_directions_behind_what_was_sent()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.Send("last words"u8);
        near.FinishSending();

        var (words, end) = far.ReceiveAll();
        Assert.Equal("last words"u8.ToArray(), words);
        Assert.Equal(FinishSeen, end);
        Assert.Equal(IoResult.EndOfStream, near.Receive(new byte[10])); // without a word from the far side's user
        NoStrays(near, far);
    }

    [Fact]
    public void What_was_sent_before_the_peer_finished_still_arrives()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        far.Send("under way"u8);
        near.FinishSending();
        Assert.Equal(FinishSeen, far.Receive(new byte[10]));

        var (bytes, end) = near.ReceiveAll();

        Assert.Equal("under way"u8.ToArray(), bytes);
        Assert.Equal(IoResult.EndOfStream, end);
        NoStrays(near, far);
    }

    [Fact]
    public void Both_sides_may_finish_at_once()
    {
        using var pair = Connect();
        var (near, far) = Drive(pair);
        near.FinishSending();
        far.FinishSending();

        Assert.Equal(IoResult.EndOfStream, near.Receive(new byte[10]));
        Assert.Equal(IoResult.EndOfStream, far.Receive(new byte[10]));
        NoStrays(near, far);
    }
}
