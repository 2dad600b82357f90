namespace Quickwater.Core;

/// <summary>Stands in for a session that its factory could not make: it is over before it began.</summary>
internal sealed class StillbornDatagramSession : IDatagramSession
{
    public Instant Deadline => Instant.Never;

    public Reason Ended => Reason.LocalFault;

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
    }

    public bool Transmit(DatagramBatch batch, Instant now) => false;

    public void Failed(in DatagramAddress peer, Reason why, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(DatagramPeer? peer, in Command command, Instant now)
    {
    }

    public void Faulted(in DatagramAddress peer, Instant now)
    {
    }

    public void Close(Reason why, Instant now)
    {
    }
}
