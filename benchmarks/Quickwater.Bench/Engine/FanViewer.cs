using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Bench;

/// <summary>A viewer: sends what its subscription gives.</summary>
internal sealed class FanViewer(FanServer server, Subscription subscription) : ISession
{
    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

    public void PeerFinished(Instant now) => Ended = Reason.PeerClosed;

    public bool Transmit(SendBatch batch, Instant now)
    {
        while (Ended == Reason.None)
        {
            switch (subscription.Fill(batch, now))
            {
                case FillStatus.More:
                    return true;
                case FillStatus.CaughtUp:
                    return false;
                case FillStatus.Over:
                    Ended = subscription.Ended;
                    return false;
                default:
                    break; // a border between publications
            }
        }

        return false;
    }

    public void Sent(long bytes, Instant now) => server.Taken(bytes);

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now) => Ended = command.Reason;

    public void Close(Reason why, Instant now)
    {
        Ended = Ended == Reason.None ? why : Ended;
        subscription.Dispose();
    }
}
