namespace Quickwater.Core;

/// <summary>Stands in for a session that its factory could not make: it is over before it began.</summary>
internal sealed class StillbornSession : ISession
{
    public Instant Deadline => Instant.Never;

    public Reason Ended => Reason.LocalFault;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.Done(bytes.Length);

    public void PeerFinished(Instant now)
    {
    }

    public bool Transmit(SendBatch batch, Instant now) => false;

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now)
    {
    }

    public void Close(Reason why, Instant now)
    {
    }
}
